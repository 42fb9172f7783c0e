/** The sheets over the page: pain, help, and the red one that stops. */

import { need } from "./dial.ts";

/** What was tapped on the pain sheet; null where nothing was. */
export interface Tapped {
  readonly back: number | null;
  readonly leg: number | null;
}

/** A sheet that closes by its cross, by Escape and by a tap beside it. */
export class Sheet {
  readonly dialog: HTMLDialogElement;

  constructor(page: Document, id: string) {
    this.dialog = need(page, id) as HTMLDialogElement;
    for (const button of this.dialog.querySelectorAll("[data-close]")) {
      button.addEventListener("click", () => this.dialog.close());
    }
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog && isBeside(this.dialog, event)) this.dialog.close();
    });
  }

  open(): void {
    if (!this.dialog.open) this.dialog.showModal();
  }

  close(): void {
    this.dialog.close();
  }
}

/** Two scales, one tap each; told as soon as both are given, or when the sheet is closed after one. */
export class PainSheet extends Sheet {
  readonly #form: HTMLFormElement;

  constructor(page: Document, onPain: (tapped: Tapped) => void) {
    super(page, "pain-sheet");
    this.#form = need(page, "pain-form") as HTMLFormElement;
    this.#form.addEventListener("change", () => {
      const { back, leg } = this.#tapped();
      if (back !== null && leg !== null) this.close();
    });
    this.dialog.addEventListener("close", () => {
      const tapped = this.#tapped();
      if (tapped.back !== null || tapped.leg !== null) onPain(tapped);
    });
  }

  override open(): void {
    if (this.dialog.open) return;
    this.#form.reset();
    super.open();
  }

  #tapped(): Tapped {
    const given = new FormData(this.#form);
    const read = (name: string): number | null => (given.has(name) ? Number(given.get(name)) : null);
    return { back: read("back"), leg: read("leg") };
  }
}

/** Fills the screen in red; leaves only by what the session says. */
export class StopSheet {
  readonly #dialog: HTMLDialogElement;
  readonly #title: HTMLElement;

  constructor(page: Document) {
    this.#dialog = need(page, "stop-sheet") as HTMLDialogElement;
    this.#title = need(page, "stop-title");
    this.#dialog.addEventListener("cancel", (event) => event.preventDefault());
  }

  show(isShown: boolean): void {
    if (isShown === this.#dialog.open) return;
    if (!isShown) {
      this.#dialog.close();
      return;
    }
    this.#dialog.showModal();
    this.#title.focus(); // not the first button: a key that was meant to stop must not go on
  }
}

function isBeside(dialog: HTMLDialogElement, { clientX, clientY }: MouseEvent): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
