/** The large number in the middle of the eye, and the ring around it. */

export class Dial {
  readonly #root: HTMLElement;
  readonly #ring: SVGElement;
  readonly #numeral: HTMLElement;
  readonly #under: HTMLElement;
  readonly #second: HTMLElement | null;
  #share = -1;
  #fullS = 0;

  constructor(page: Document) {
    this.#root = need(page, "dial");
    this.#ring = need(page, "ring") as Element as SVGElement;
    this.#numeral = need(page, "numeral");
    this.#under = need(page, "under");
    this.#second = page.getElementById("second"); // only where there are holds
  }

  /** Show a number, what it is of, how full the ring is, 0 to 1, and a second line. */
  show(numeral: string, under: string, share: number, second = ""): void {
    setText(this.#numeral, numeral);
    setText(this.#under, under);
    if (this.#second) setText(this.#second, second);
    const rounded = Math.round(Math.min(Math.max(share, 0), 1) * 500) / 500;
    if (rounded === this.#share) return;
    this.#share = rounded;
    this.#ring.style.setProperty("--share", String(rounded));
    this.#ring.classList.toggle("none", rounded === 0);
  }

  /** Show seconds that run down; the ring is as full as at the first of them. */
  runDown(leftS: number, under: string): void {
    this.#fullS = Math.max(this.#fullS, leftS);
    const isKnown = this.#fullS > 0;
    this.show(isKnown ? String(Math.ceil(leftS)) : "", under, isKnown ? leftS / this.#fullS : 0);
  }

  /** Begin a count-down anew. */
  windUp(): void {
    this.#fullS = 0;
  }

  /** Give a repetition that was done well its quiet sign. */
  nod(): void {
    this.#root.classList.remove("nod");
    requestAnimationFrame(() => requestAnimationFrame(() => this.#root.classList.add("nod")));
  }
}

/** Write only what has changed: an unchanged text must not wake the screen reader or the layout. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Return an element that the template promises. */
export function need(page: Document, id: string): HTMLElement {
  const element = page.getElementById(id);
  if (element === null) throw new Error(`the page lacks its element "${id}"`);
  return element;
}
