import assert from "node:assert/strict";
import { test } from "node:test";

import { Keys, type KeyAction } from "../../src/coach/keys.ts";

function type(text: string, everyMs = 200, letters = true): (KeyAction | null)[] {
  const keys = new Keys();
  return [...text].map((key, index) => keys.actionFor({ key, atMs: index * everyMs, letters }));
}

test("each key has its action", () => {
  assert.deepEqual(type("S"), ["stop"]);
  assert.deepEqual(type("p"), ["pain"]);
  assert.deepEqual(type("mnl "), ["mute", "skip", "load", "pause"]);
  assert.equal(new Keys().actionFor({ key: "Escape", atMs: 0, letters: true }), "stop");
  assert.deepEqual(type("x7"), [null, null]);
});

test("whoever types the word stop gets one stop and nothing else", () => {
  assert.deepEqual(type("stop"), ["stop", null, null, null]);
  assert.deepEqual(type("STOP"), ["stop", null, null, null]);
  assert.deepEqual(type("stopp"), ["stop", null, null, null, "pain"]);
});

test("a letter long after the word's last one is a key of its own", () => {
  const keys = new Keys();
  for (const [index, key] of [..."sto"].entries()) keys.actionFor({ key, atMs: index * 100, letters: true });
  assert.equal(keys.actionFor({ key: "p", atMs: 5000, letters: true }), "pain");
});

test("letters can be switched off; the space bar and Escape go on", () => {
  assert.deepEqual(type("spmn ", 200, false), [null, null, null, null, "pause"]);
  assert.equal(new Keys().actionFor({ key: "Escape", atMs: 0, letters: false }), "stop");
});
