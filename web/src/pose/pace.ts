/** How many frames a second there are, and what one costs, over the last second or two. */

import { median } from "./model_choice.ts";

const KEPT = 30;

export class Pace {
  #timesS: number[] = [];
  #costsMs: number[] = [];

  note(timeS: number, ms: number): void {
    this.#timesS = [...this.#timesS, timeS].slice(-KEPT);
    this.#costsMs = [...this.#costsMs, ms].slice(-KEPT);
  }

  reset(): void {
    this.#timesS = [];
    this.#costsMs = [];
  }

  /** Frames a second; 0 before the second frame. */
  get fps(): number {
    const spanS = (this.#timesS.at(-1) ?? 0) - (this.#timesS[0] ?? 0);
    return spanS > 0 ? (this.#timesS.length - 1) / spanS : 0;
  }

  /** The median cost of a frame, milliseconds; 0 before the first. */
  get typicalMs(): number {
    return median(this.#costsMs);
  }
}
