import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST_FRAMES, packFrames, readAnswer, readText } from "../../src/coach/protocol.ts";
import { FRAME_BYTES, HEADER_BYTES } from "../../src/pose/frame.ts";
import { makeFrame, readFrames } from "./frames.ts";

const STATE = { stage: "exercise", advice: "ok", count: 3, goal: 10 };

function makeAnswer(change: (view: DataView) => void = () => {}): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(48));
  view.setUint8(0, 1);
  view.setUint8(1, 2);
  view.setUint8(2, 3);
  view.setUint8(3, 8);
  view.setUint32(4, 4_000_000_000, true);
  view.setFloat64(8, 12.5, true);
  view.setFloat32(16, -22.5, true);
  view.setFloat32(20, 1.5, true);
  view.setFloat32(24, 30, true);
  view.setFloat32(28, 0.25, true);
  [2.5, 2, 3.25, 1.5].forEach((value, place) => view.setFloat32(32 + 4 * place, value, true));
  change(view);
  return view.buffer as ArrayBuffer;
}

test("a message has a header of 16 bytes and 536 for each frame", () => {
  const message = packFrames([makeFrame(1, { light: 7 }), makeFrame(2, { light: 9 })], 70_000);
  assert.equal(message.length, HEADER_BYTES + 2 * FRAME_BYTES);
  assert.deepEqual([...message.subarray(0, 4)], [1, 2, 9, 0]);
  const view = new DataView(message.buffer);
  assert.equal(view.getUint16(8, true), 640);
  assert.equal(view.getUint16(10, true), 480);
  assert.equal(view.getUint32(12, true), 0);
  assert.deepEqual(readFrames(message), [
    { number: 70_000, timeS: 1 },
    { number: 70_001, timeS: 2 },
  ]);
});

test("a message of no frames, or of more than the protocol allows, is a mistake", () => {
  assert.throws(() => packFrames([], 0), RangeError);
  const many = Array.from({ length: MOST_FRAMES + 1 }, (_, index) => makeFrame(index));
  assert.throws(() => packFrames(many, 0), RangeError);
});

test("an answer is read by its places", () => {
  assert.deepEqual(readAnswer(makeAnswer()), {
    stage: "exercise",
    phase: "top",
    advice: "unclear",
    next: 4_000_000_000,
    timeS: 12.5,
    value: -22.5,
    holdS: 1.5,
    clockS: 30,
    gesture: 0.25,
    load: { relative: 2.5, low: 2, high: 3.25, pressureMpa: 1.5 },
  });
});

test("a measure that is not known is null", () => {
  assert.equal(readAnswer(makeAnswer((view) => view.setFloat32(16, NaN, true)))?.value, null);
  assert.equal(readAnswer(makeAnswer((view) => view.setFloat32(32, NaN, true)))?.load, null);
});

test("bytes that are no answer are none", () => {
  assert.equal(readAnswer(new ArrayBuffer(31)), null);
  assert.equal(readAnswer(makeAnswer((view) => view.setUint8(0, 2))), null);
  assert.equal(readAnswer(makeAnswer((view) => view.setUint8(1, 7))), null);
  assert.equal(readAnswer(makeAnswer((view) => view.setUint8(3, 9))), null);
});

test("a welcome names the frame to go on from", () => {
  const told = readText(JSON.stringify({ welcome: 2, resume_from: 12, state: STATE }));
  assert.deepEqual(told, { is: "welcome", resumeFrom: 12, state: STATE });
});

test("a change has its events; what is no event is left out", () => {
  const event = { kind: "cue", time_s: 1, tone: "correction", say: "Slower." };
  const told = readText(JSON.stringify({ state: STATE, events: [event, 3, null, {}], at: 4 }));
  assert.deepEqual(told, { is: "change", state: STATE, events: [event], at: 4 });
});

test("texts that are neither are passed over", () => {
  for (const text of ["", "{", "[]", "null", "3", JSON.stringify({ state: STATE }), JSON.stringify({ events: [] })]) {
    assert.equal(readText(text), null, text);
  }
  const unknown = { ...STATE, stage: "asleep" };
  assert.equal(readText(JSON.stringify({ welcome: 2, resume_from: 0, state: unknown })), null);
});
