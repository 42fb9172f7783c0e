/** The disc load: a quiet strip with a mark at the person's own standing and one at the limit, and a number. */

import { fill, type Words } from "./data.ts";
import { need, setText } from "./dial.ts";

const BEYOND = 1.25; // room after the limit
const LEAST_FULL = 2.5; // times standing at the end of the strip
const NUMBER_MS = 250; // a number that changes faster cannot be read

/** What the disc carries, as multiples of quiet standing with a 90 % interval, and the pressure inside it. */
export interface Load {
  readonly relative: number;
  readonly low: number;
  readonly high: number;
  /** Left out where only the load is known. */
  readonly pressureMpa?: number;
}

/** What is written about a load. */
export interface Told {
  readonly name: string;
  readonly number: string;
  /** For a screen reader, which finds it when it is asked for. */
  readonly told: string;
  readonly detail: string;
}

/** Return where a load lies on a strip that ends at `full`, 0 to 1. */
export function place(load: number, full: number): number {
  return Math.min(Math.max(load / full, 0), 1);
}

/** Return the load at the end of the strip. */
export function fullOf(limit: number): number {
  return Math.max(BEYOND * limit, LEAST_FULL);
}

/** Put a load into words; null where it is not known. */
export function tell(load: Load | null, limit: number, isPeak: boolean, words: Words["load"]): Told {
  const name = isPeak ? words.peak : words.name;
  if (load === null) return { name, number: words.unknown, told: words.unknown, detail: "" };
  const parts = {
    times: load.relative.toFixed(1),
    low: load.low.toFixed(1),
    high: load.high.toFixed(1),
    limit: limit.toFixed(1),
    pressure: load.pressureMpa?.toFixed(1) ?? "",
  };
  const detail = load.pressureMpa === undefined ? words.peak_detail : words.detail;
  return { name, number: fill(words.times, parts), told: fill(words.told, parts), detail: fill(detail, parts) };
}

export class LoadGauge {
  readonly #root: HTMLElement;
  readonly #lines: Readonly<Record<keyof Told, HTMLElement>>;
  readonly #marks: HTMLElement;
  readonly #words: Words["load"];
  #limit = LEAST_FULL / BEYOND;
  #load: Load | null = null;
  #isPeak = false;
  #writtenMs = -Infinity;
  #isAsked = false;

  constructor(page: Document, words: Words["load"]) {
    this.#root = need(page, "load");
    this.#marks = need(page, "load-marks");
    this.#lines = {
      name: need(page, "load-name"),
      number: need(page, "load-number"),
      told: need(page, "load-told"),
      detail: need(page, "load-detail"),
    };
    this.#words = words;
    this.#root.addEventListener("click", () => this.toggle());
  }

  /** Set the mark of the person's limit. */
  limitTo(limit: number): void {
    if (limit === this.#limit) return;
    this.#limit = limit;
    this.#put("standing", 1);
    this.#put("limit", limit);
  }

  /** Show the load of this moment; null where it is not known. */
  show(load: Load | null): void {
    if (this.#isPeak) this.#writtenMs = -Infinity;
    this.#isPeak = false;
    this.#ask(load);
  }

  /** Show the highest load of a set that is over. */
  showPeak(load: Load | null): void {
    this.#isPeak = true;
    this.#writtenMs = -Infinity;
    this.#ask(load);
  }

  /** Show the interval and the pressure, or hide them. */
  toggle(): void {
    const isOpen = this.#lines.detail.hidden;
    this.#lines.detail.hidden = !isOpen;
    this.#marks.hidden = isOpen;
    this.#root.setAttribute("aria-expanded", String(isOpen));
  }

  #ask(load: Load | null): void {
    this.#load = load;
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame((nowMs) => this.#draw(nowMs));
  }

  #draw(nowMs: number): void {
    this.#isAsked = false;
    const load = this.#load;
    this.#root.classList.toggle("unknown", load === null);
    this.#root.classList.toggle("beyond", load !== null && load.relative > this.#limit);
    if (load) {
      this.#put("now", load.relative);
      this.#put("low", load.low);
      this.#put("high", load.high);
    }
    if (nowMs - this.#writtenMs < NUMBER_MS) return;
    this.#writtenMs = nowMs;
    const told = tell(load, this.#limit, this.#isPeak, this.#words);
    for (const line of Object.keys(this.#lines) as (keyof Told)[]) setText(this.#lines[line], told[line]);
  }

  #put(name: string, load: number): void {
    this.#root.style.setProperty(`--at-${name}`, String(place(load, fullOf(this.#limit))));
  }
}
