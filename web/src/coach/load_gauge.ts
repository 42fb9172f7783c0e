/** The disc load: a quiet strip with a mark at the person's own standing and one at the limit, and a number. */

import { fill, type Words } from "./data.ts";
import { need, setText } from "./dial.ts";
import type { Answer } from "./protocol.ts";

const BEYOND = 1.25; // room after the limit
const LEAST_FULL = 2.5; // times standing at the end of the strip
const NUMBER_MS = 250; // a number that changes faster cannot be read

/** What the disc carries, as multiples of quiet standing, and the pressure inside it. */
export type Load = NonNullable<Answer["load"]>;

/** Return where a load lies on a strip that ends at `full`, 0 to 1. */
export function place(load: number, full: number): number {
  return Math.min(Math.max(load / full, 0), 1);
}

/** Return the load at the end of the strip. */
export function fullOf(limit: number): number {
  return Math.max(BEYOND * limit, LEAST_FULL);
}

export class LoadGauge {
  readonly #root: HTMLElement;
  readonly #number: HTMLElement;
  readonly #detail: HTMLElement;
  readonly #words: Words["load"];
  #full = LEAST_FULL;
  #load: Load | null = null;
  #writtenMs = -Infinity;
  #isAsked = false;

  constructor(page: Document, words: Words["load"]) {
    this.#root = need(page, "load");
    this.#number = need(page, "load-number");
    this.#detail = need(page, "load-detail");
    this.#words = words;
    this.#root.addEventListener("click", () => this.#toggle());
  }

  /** Set the mark of the person's limit. */
  limitTo(limit: number): void {
    this.#full = fullOf(limit);
    this.#root.style.setProperty("--at-standing", String(place(1, this.#full)));
    this.#root.style.setProperty("--at-limit", String(place(limit, this.#full)));
  }

  /** Show a load; null where it is not known. */
  show(load: Load | null): void {
    this.#load = load;
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame((nowMs) => this.#draw(nowMs));
  }

  #draw(nowMs: number): void {
    this.#isAsked = false;
    const load = this.#load;
    this.#root.classList.toggle("unknown", load === null);
    if (load) {
      for (const [name, value] of Object.entries({ now: load.relative, low: load.low, high: load.high })) {
        this.#root.style.setProperty(`--at-${name}`, String(place(value, this.#full)));
      }
    }
    if (nowMs - this.#writtenMs < NUMBER_MS) return;
    this.#writtenMs = nowMs;
    this.#write(load);
  }

  #write(load: Load | null): void {
    if (load === null) {
      setText(this.#number, this.#words.unknown);
      setText(this.#detail, "");
      return;
    }
    setText(this.#number, fill(this.#words.times, { times: load.relative.toFixed(1) }));
    const parts = { low: load.low.toFixed(1), high: load.high.toFixed(1), pressure: load.pressureMpa.toFixed(1) };
    setText(this.#detail, fill(this.#words.detail, parts));
  }

  #toggle(): void {
    const isOpen = this.#detail.hidden;
    this.#detail.hidden = !isOpen;
    this.#root.setAttribute("aria-expanded", String(isOpen));
  }
}
