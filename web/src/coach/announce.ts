/** What a screen reader says: the newest count or correction, not too often; a stop at once. */

const PAUSE_MS = 1500;

export class Announcer {
  readonly #polite: HTMLElement;
  readonly #assertive: HTMLElement;
  #newest: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(polite: HTMLElement, assertive: HTMLElement) {
    this.#polite = polite;
    this.#assertive = assertive;
  }

  /** Say when there is time; something newer takes its place. */
  say(text: string): void {
    this.#newest = text;
    if (this.#timer === undefined) this.#tell();
  }

  /** Say at once. */
  warn(text: string): void {
    this.#newest = null;
    this.#assertive.textContent = text;
  }

  #tell(): void {
    this.#timer = undefined;
    if (this.#newest === null) return;
    this.#polite.textContent = this.#newest;
    this.#newest = null;
    this.#timer = setTimeout(() => this.#tell(), PAUSE_MS);
  }
}
