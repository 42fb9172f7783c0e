/** The frames of the last two minutes, by number: what a lost connection or a restarted server may still need. */

import type { PackedFrame } from "../pose/frame.ts";

export const MOST_KEPT = 3600;
export const KEPT_S = 120;

export class FrameStore {
  readonly #frames = new Array<PackedFrame | undefined>(MOST_KEPT);
  #oldest = 0;
  #next = 0;

  /** Number of the oldest frame still kept. */
  get oldest(): number {
    return this.#oldest;
  }

  /** Number that the next frame will get. */
  get next(): number {
    return this.#next;
  }

  /** Keep a frame. */
  add(frame: PackedFrame): void {
    if (this.#next - this.#oldest === MOST_KEPT) this.#oldest++;
    this.#frames[this.#next % MOST_KEPT] = frame;
    this.#next++;
  }

  /** Return a frame; undefined when it is no longer kept or not there yet. */
  at(number: number): PackedFrame | undefined {
    return number >= this.#oldest && number < this.#next ? this.#frames[number % MOST_KEPT] : undefined;
  }

  /** Return frames from `first` on, at most so many, of one picture size. */
  run(first: number, most: number): PackedFrame[] {
    const found: PackedFrame[] = [];
    for (let number = first; found.length < most; number++) {
      const frame = this.at(number);
      const before = found[0];
      if (!frame || (before && (before.width !== frame.width || before.height !== frame.height))) break;
      found.push(frame);
    }
    return found;
  }

  /** Let go of frames that are both old and known to have arrived: those before `arrived`. */
  forget(arrived: number): void {
    const newest = this.at(this.#next - 1);
    if (!newest) return;
    while (this.#oldest < arrived && newest.timeS - (this.at(this.#oldest)?.timeS ?? newest.timeS) > KEPT_S) {
      this.#frames[this.#oldest % MOST_KEPT] = undefined;
      this.#oldest++;
    }
  }
}
