import assert from "node:assert/strict";
import { test } from "node:test";

import { refusalOf } from "../../src/pose/camera.ts";
import { meanBrightness } from "../../src/pose/light.ts";
import { Pace } from "../../src/pose/pace.ts";
import { takenAt } from "../../src/pose/pictures.ts";

test("the pace is that of the last frames", () => {
  const pace = new Pace();
  assert.deepEqual([pace.fps, pace.typicalMs], [0, 0]);
  pace.note(1, 90);
  assert.deepEqual([pace.fps, pace.typicalMs], [0, 90]);
  for (let index = 0; index < 40; index++) pace.note(10 + index / 20, 30);
  assert.ok(Math.abs(pace.fps - 20) < 1e-9);
  assert.equal(pace.typicalMs, 30);
  pace.reset();
  assert.deepEqual([pace.fps, pace.typicalMs], [0, 0]);
});

test("brightness weighs the colours as the eye does, and 255 is left to mean unknown", () => {
  assert.equal(meanBrightness([0, 0, 0, 255]), 0);
  assert.equal(meanBrightness([255, 255, 255, 255, 255, 255, 255, 255]), 254);
  assert.equal(meanBrightness([255, 0, 0, 255, 0, 255, 0, 255]), Math.round((76.2 + 149.7) / 2));
});

test("a picture's time is when it was taken, where that can be believed", () => {
  assert.equal(takenAt(5000, 4950), 4.95);
  assert.equal(takenAt(5000, undefined), 5);
  assert.equal(takenAt(5000, 5001), 5);
  assert.equal(takenAt(5000, 1), 5);
});

test("each error of the browser means one refusal", () => {
  const meant = ["NotAllowedError", "NotFoundError", "NotReadableError", "AbortError", "SecurityError", "DataError"];
  const refusals = meant.map((name) => refusalOf(new DOMException("", name)));
  assert.deepEqual(refusals, ["refused", "absent", "busy", "busy", "refused", "failed"]);
  assert.equal(refusalOf(new TypeError("no constraints")), "failed");
});
