import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameStore, KEPT_S, MOST_KEPT } from "../../src/coach/frame_store.ts";
import { makeFrame } from "./frames.ts";

function fill(store: FrameStore, count: number, everyS = 1 / 30): void {
  for (let index = 0; index < count; index++) store.add(makeFrame(store.next * everyS));
}

test("frames are found by their number", () => {
  const store = new FrameStore();
  fill(store, 3, 1);
  assert.equal(store.at(1)?.timeS, 1);
  assert.equal(store.at(3), undefined);
  assert.equal(store.at(-1), undefined);
});

test("no more than so many frames are kept, whether they have arrived or not", () => {
  const store = new FrameStore();
  fill(store, MOST_KEPT + 5);
  assert.equal(store.oldest, 5);
  assert.equal(store.at(4), undefined);
  assert.equal(store.at(5)?.timeS, 5 / 30);
});

test("a frame is let go when it is both old and known to have arrived", () => {
  const store = new FrameStore();
  fill(store, 200, 1);
  store.forget(0);
  assert.equal(store.oldest, 0, "none has arrived");
  store.forget(50);
  assert.equal(store.oldest, 50, "what has not arrived is kept");
  store.forget(200);
  assert.equal(store.oldest, 199 - KEPT_S, "what is not old is kept");
});

test("a run ends where the picture changes its size", () => {
  const store = new FrameStore();
  fill(store, 2, 1);
  store.add(makeFrame(2, { width: 480, height: 640 }));
  assert.deepEqual(store.run(0, 64).map((frame) => frame.timeS), [0, 1]);
  assert.deepEqual(store.run(2, 64).map((frame) => frame.timeS), [2]);
  assert.deepEqual(store.run(0, 1).map((frame) => frame.timeS), [0]);
  assert.deepEqual(store.run(3, 64), []);
});
