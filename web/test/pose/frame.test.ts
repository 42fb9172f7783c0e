import assert from "node:assert/strict";
import { test } from "node:test";

import { FRAME_BYTES, holdsPerson, LANDMARKS, packFrame, retimeFrame, timeOf, type Point } from "../../src/pose/frame.ts";

const POINTS: Point[] = Array.from({ length: LANDMARKS }, (_, index) => ({
  x: index / 100,
  y: index / 50,
  z: -index / 40,
  visibility: index / 32,
}));

interface Landmark {
  readonly picture: readonly number[];
  readonly world: readonly number[];
  readonly visibility: number;
}

/** Read a landmark as docs/live-protocol.md lays it out. */
function landmark(bytes: Uint8Array<ArrayBuffer>, index: number): Landmark {
  const view = new DataView(bytes.buffer, 8 + 16 * index, 16);
  return {
    picture: [view.getFloat32(0, true), view.getFloat32(4, true)],
    world: [view.getInt16(8, true), view.getInt16(10, true), view.getInt16(12, true)],
    visibility: view.getUint16(14, true),
  };
}

test("a frame is a time and 33 landmarks of 16 bytes", () => {
  const bytes = packFrame(12.125, 640, 480, POINTS, POINTS);
  assert.equal(bytes.byteLength, 536);
  assert.equal(FRAME_BYTES, 8 + 528);
  assert.equal(new DataView(bytes.buffer).getFloat64(0, true), 12.125);
  assert.equal(timeOf(bytes), 12.125);
});

test("each landmark is in pixels, in tenths of a millimetre and in steps of visibility", () => {
  const bytes = packFrame(0, 640, 480, POINTS, POINTS);
  assert.deepEqual(landmark(bytes, 0), { picture: [0, 0], world: [0, 0, 0], visibility: 0 });
  const pixels = [Math.fround(0.32 * 640), Math.fround(0.64 * 480)];
  assert.deepEqual(landmark(bytes, 32), { picture: pixels, world: [3200, 6400, -8000], visibility: 65535 });
  assert.equal(landmark(bytes, 16).visibility, 32768);
  assert.ok(holdsPerson(bytes));
});

test("where nobody was found pixels are not numbers and the rest is nothing", () => {
  const bytes = packFrame(3, 640, 480, null, null);
  for (let index = 0; index < LANDMARKS; index++) {
    assert.deepEqual(landmark(bytes, index), { picture: [NaN, NaN], world: [0, 0, 0], visibility: 0 });
  }
  assert.ok(!holdsPerson(bytes));
});

test("what is beyond the layout's range ends at it", () => {
  const far = POINTS.map((point) => ({ ...point, x: 9, y: -9, z: 4, visibility: 1.2 }));
  const { world, visibility } = landmark(packFrame(0, 640, 480, far, far), 5);
  assert.deepEqual(world, [32767, -32767, 32767]);
  assert.equal(visibility, 65535);
});

test("another time leaves the landmarks alone", () => {
  const bytes = packFrame(1, 640, 480, POINTS, POINTS);
  const before = bytes.slice(8);
  retimeFrame(bytes, 7.5);
  assert.equal(timeOf(bytes), 7.5);
  assert.deepEqual(bytes.slice(8), before);
});
