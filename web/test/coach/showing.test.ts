import assert from "node:assert/strict";
import { test } from "node:test";

import { fill } from "../../src/coach/data.ts";
import { around } from "../../src/coach/figure.ts";
import { layOut } from "../../src/coach/gauge.ts";
import { fullOf, place, tell } from "../../src/coach/load_gauge.ts";
import { partsOf } from "../../src/coach/skeleton.ts";
import { chooseVoice } from "../../src/coach/voice.ts";

function voice(lang: string, localService: boolean, isDefault = false): SpeechSynthesisVoice {
  return { lang, localService, default: isDefault, name: lang, voiceURI: lang };
}

test("the gauge's marks are shares of its length, with room after the last", () => {
  const marks = layOut({ low: 10, high: 30, warn: 35, stop: 45 }, "deg");
  assert.ok(marks.full > 45);
  assert.equal(marks.low, 10 / marks.full);
  assert.equal(marks.stop, 45 / marks.full);
});

test("an exercise without marks still has a gauge", () => {
  const marks = layOut({ low: null, high: null, warn: null, stop: null }, "cm");
  assert.ok(marks.full > 0);
  assert.deepEqual([marks.low, marks.high, marks.warn, marks.stop], [null, null, null, null]);
});

test("a target without an upper end has a zone above its lower one", () => {
  const { low, high } = layOut({ low: 7, high: null, warn: null, stop: null }, "cm");
  assert.ok(low !== null && high !== null && low < high && high < 1);
});

test("the strip of the disc load has room beyond the limit, and what is beyond it stays at its end", () => {
  const full = fullOf(4);
  assert.ok(place(1, full) > 0 && place(4, full) > place(1, full) && place(4, full) < 1);
  assert.equal(place(40, full), 1);
  assert.equal(place(-1, full), 0);
  assert.ok(fullOf(0.5) > 1);
});

const LOAD_WORDS = {
  name: "Disc load",
  peak: "Highest",
  times: "{times} ×",
  unknown: "not seen",
  told: "{times}, {low} to {high}, limit {limit}",
  detail: "{low} to {high}, {pressure} MPa",
  peak_detail: "{low} to {high}",
};

test("a load is told with its interval, and with the pressure where that is known", () => {
  const load = { relative: 2.14, low: 1.68, high: 2.61 };
  assert.deepEqual(tell({ ...load, pressureMpa: 1.06 }, 3.2, false, LOAD_WORDS), {
    name: "Disc load",
    number: "2.1 ×",
    told: "2.1, 1.7 to 2.6, limit 3.2",
    detail: "1.7 to 2.6, 1.1 MPa",
  });
  assert.deepEqual(tell(load, 3.2, true, LOAD_WORDS), {
    name: "Highest",
    number: "2.1 ×",
    told: "2.1, 1.7 to 2.6, limit 3.2",
    detail: "1.7 to 2.6",
  });
});

test("a load that is not known is told in words", () => {
  const told = { name: "Disc load", number: "not seen", told: "not seen", detail: "" };
  assert.deepEqual(tell(null, 3.2, false, LOAD_WORDS), told);
});

test("the view around a figure holds it with room, in the picture's shape, and is never larger than the picture", () => {
  const view = around([200, 300, 400, 380], 640, 480);
  assert.ok(view.x < 200 && view.x + view.width > 400);
  assert.ok(view.y < 300 && view.y + (view.width * 480) / 640 > 380);
  assert.ok(around([0, 0, 640, 480], 640, 480).width <= 640);
});

test("only a voice of the language that lives on the device is taken, the default one first", () => {
  assert.equal(chooseVoice([voice("en-US", false, true), voice("de-DE", true)], "en"), null);
  assert.equal(chooseVoice([voice("en-GB", true), voice("en-US", true, true)], "en")?.lang, "en-US");
  assert.equal(chooseVoice([voice("zh-HK", true), voice("zh_CN", true)], "zh")?.lang, "zh_CN");
});

test("the gaps of a sentence are filled; an unknown one stays to be seen", () => {
  assert.equal(fill("{count} of {goal}, {else}", { count: 3, goal: 10 }), "3 of 10, {else}");
});

test("a fault makes out its part of the body; an unknown one makes out none", () => {
  assert.ok(partsOf("over_rotation").has("shoulders"));
  assert.equal(partsOf("tempo").size, 0);
});
