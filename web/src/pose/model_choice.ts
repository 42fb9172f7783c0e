/** Which model a device can carry, by what a frame costs it. */

export type Model = "full" | "lite";

/**
 * Full is kept up to this: a camera gives a frame every 33 ms, and below 25 frames a second (40 ms) frames are lost
 * that the lighter model would have seen; its lesser accuracy then costs less than the gaps.
 */
export const FULL_LIMIT_MS = 40;

/** Lite is enough up to this: under 10 frames a second a movement of half a second has fewer than five, too few to judge its speed. */
export const LITE_LIMIT_MS = 100;

/** Frames that a judgement rests on: under a second where the device is quick, two where it is slow. */
export const SAMPLES = 20;

/** Frames left out before: memory is still being laid out and code compiled. */
export const WARM_UP = 5;

export type Verdict = "measure_on" | "keep" | "lighter" | "too_slow";

/** Judge a model by what the frames cost so far, milliseconds each, in which a person was found. */
export function judgeSpeed(model: Model, costsMs: readonly number[]): Verdict {
  if (costsMs.length < WARM_UP + SAMPLES) return "measure_on";
  const typicalMs = median(costsMs.slice(WARM_UP));
  if (model === "full") return typicalMs > FULL_LIMIT_MS ? "lighter" : "keep";
  return typicalMs > LITE_LIMIT_MS ? "too_slow" : "keep";
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper;
}
