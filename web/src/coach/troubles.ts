/** What can go wrong, each with its own page: what happened, what to do, two ways on. */

import type { Ending } from "./link.ts";
import type { Trouble } from "../pose/source.ts";

/** Troubles that fill the page; the others are notes, or lead elsewhere. */
export type PageTrouble = Exclude<Trouble, "muted" | "too_slow"> | Exclude<Ending, "over">;

export interface WaysOn {
  /** Start the source anew. */
  again(): void;
  /** End the session and see what was done. */
  finish(): void;
}

export class Troubles {
  readonly #page: Document;
  readonly #main: HTMLElement;

  constructor(page: Document, main: HTMLElement, ways: WaysOn) {
    this.#page = page;
    this.#main = main;
    for (const button of page.querySelectorAll("[data-again]")) {
      button.addEventListener("click", () => {
        this.hide();
        ways.again();
      });
    }
    for (const button of page.querySelectorAll("[data-finish]")) button.addEventListener("click", () => ways.finish());
    for (const button of page.querySelectorAll("[data-reload]")) {
      button.addEventListener("click", () => location.reload());
    }
  }

  show(code: PageTrouble): void {
    this.hide();
    const section = this.#page.getElementById(`trouble-${code}`);
    if (section === null) return;
    this.#main.classList.add("troubled");
    section.hidden = false;
    section.focus();
  }

  hide(): void {
    this.#main.classList.remove("troubled");
    for (const section of this.#page.querySelectorAll<HTMLElement>(".trouble")) section.hidden = true;
  }
}
