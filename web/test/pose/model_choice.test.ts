import assert from "node:assert/strict";
import { test } from "node:test";

import { FULL_LIMIT_MS, judgeSpeed, LITE_LIMIT_MS, median, SAMPLES, WARM_UP } from "../../src/pose/model_choice.ts";

/** Frames of one cost after a slow beginning. */
function costs(ms: number, count = SAMPLES): number[] {
  return [...Array<number>(WARM_UP).fill(900), ...Array<number>(count).fill(ms)];
}

test("a model is not judged before there are enough frames", () => {
  assert.equal(judgeSpeed("full", []), "measure_on");
  assert.equal(judgeSpeed("full", costs(500, SAMPLES - 1)), "measure_on");
  assert.equal(judgeSpeed("full", costs(500)), "lighter");
});

test("the full model is kept up to its limit", () => {
  assert.equal(judgeSpeed("full", costs(FULL_LIMIT_MS)), "keep");
  assert.equal(judgeSpeed("full", costs(FULL_LIMIT_MS + 0.1)), "lighter");
});

test("under the lighter model a device is too slow only beyond its limit", () => {
  assert.equal(judgeSpeed("lite", costs(FULL_LIMIT_MS + 20)), "keep");
  assert.equal(judgeSpeed("lite", costs(LITE_LIMIT_MS)), "keep");
  assert.equal(judgeSpeed("lite", costs(LITE_LIMIT_MS + 0.1)), "too_slow");
});

test("a few slow frames do not decide", () => {
  const withSpikes = costs(25);
  withSpikes.fill(400, WARM_UP, WARM_UP + SAMPLES / 2 - 1);
  assert.equal(judgeSpeed("full", withSpikes), "keep");
});

test("the median of an even number of values lies between the middle two", () => {
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([]), 0);
});
