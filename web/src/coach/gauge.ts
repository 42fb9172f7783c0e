/** The movement gauge: a marker that goes with the body from rest to the target, past it to where it is too far. */

import type { Exercise, Target } from "./data.ts";

const BEYOND = 1.12; // room after the last mark
const WITHOUT_TARGET = { cm: 15, deg: 60 } as const;
const ZONE_HEIGHT = 1.5; // of a target that names no upper end

/** Where the marks lie, as shares of one side of the gauge; null where there is no such mark. */
export interface Marks {
  readonly full: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly warn: number | null;
  readonly stop: number | null;
}

/** Lay out the gauge; `full` is the measure at its end, in the exercise's unit. */
export function layOut(target: Target, unit: Exercise["unit"]): Marks {
  const high = target.high ?? target.stop ?? (target.low === null ? null : ZONE_HEIGHT * target.low);
  const marks = [high, target.low, target.warn, target.stop].filter((mark) => mark !== null);
  const full = marks.length > 0 ? BEYOND * Math.max(...marks) : WITHOUT_TARGET[unit];
  const share = (mark: number | null): number | null => (mark === null ? null : mark / full);
  return { full, low: share(target.low), high: share(high), warn: share(target.warn), stop: share(target.stop) };
}

export class Gauge {
  readonly #root: HTMLElement;
  readonly #full: number;
  readonly #isTwoSided: boolean;
  #share = 0;
  #isKnown = false;
  #isAsked = false;

  constructor(root: HTMLElement, exercise: Exercise) {
    this.#root = root;
    this.#isTwoSided = exercise.two_sided;
    const marks = layOut(exercise.target, exercise.unit);
    this.#full = marks.full;
    for (const [name, share] of Object.entries(marks)) {
      if (name === "full") continue;
      root.classList.toggle(`no-${name}`, share === null);
      if (share !== null) root.style.setProperty(`--at-${name}`, String(share));
    }
  }

  /** Move the marker; `value` is positive to the person's own left, who sees a mirrored picture. */
  show(value: number | null): void {
    const lowest = this.#isTwoSided ? -1 : 0;
    if (value !== null) this.#share = Math.min(Math.max(value / this.#full, lowest), 1);
    this.#isKnown = value !== null;
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#isAsked = false;
    this.#root.style.setProperty("--at-now", String(this.#share));
    this.#root.classList.toggle("unknown", !this.#isKnown);
  }
}
