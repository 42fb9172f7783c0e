import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Voice } from "../../src/coach/voice.ts";

class FakeUtterance {
  readonly text: string;
  onend: (() => void) | null = null;
  onerror: (() => void) | null = null;
  voice: unknown;
  lang = "";
  rate = 1;

  constructor(text: string) {
    this.text = text;
  }
}

class FakeSpeech extends EventTarget {
  readonly said: FakeUtterance[] = [];
  cancelled = 0;

  getVoices(): unknown[] {
    return [{ lang: "en-GB", localService: true, default: true }];
  }

  speak(utterance: FakeUtterance): void {
    this.said.push(utterance);
  }

  /** Browsers tell a cancelled utterance that it failed. */
  cancel(): void {
    this.cancelled++;
    this.said[this.said.length - 1]?.onerror?.();
  }

  end(): void {
    this.said[this.said.length - 1]?.onend?.();
  }

  get texts(): string[] {
    return this.said.map((utterance) => utterance.text);
  }
}

let speech: FakeSpeech;
let voice: Voice;

beforeEach(() => {
  speech = new FakeSpeech();
  Object.assign(globalThis, { speechSynthesis: speech, SpeechSynthesisUtterance: FakeUtterance });
  voice = new Voice("en", () => {});
});

test("a newer count takes the place of an older one", () => {
  voice.say("3", "count");
  voice.say("4", "count");
  assert.deepEqual(speech.texts, ["3", "4"]);
  assert.equal(speech.cancelled, 1);
});

test("a count lets a sentence end; only the newest of what waits is said", () => {
  voice.say("Lower slowly.", "normal");
  voice.say("4", "count");
  voice.say("5", "count");
  assert.deepEqual(speech.texts, ["Lower slowly."]);
  speech.end();
  assert.deepEqual(speech.texts, ["Lower slowly.", "5"]);
});

test("a stop is said at once, and what waited is not said after it", () => {
  voice.say("Lower slowly.", "normal");
  voice.say("4", "count");
  voice.say("Stop.", "stop");
  assert.deepEqual(speech.texts, ["Lower slowly.", "Stop."]);
  speech.end();
  assert.deepEqual(speech.texts, ["Lower slowly.", "Stop."]);
});

test("a voice that is off is silent at once", () => {
  voice.say("Lower slowly.", "normal");
  voice.isOn = false;
  voice.say("4", "count");
  assert.deepEqual(speech.texts, ["Lower slowly."]);
  assert.equal(speech.cancelled, 1);
});

test("without a voice of the device's own nothing is said", () => {
  speech.getVoices = () => [{ lang: "en-US", localService: false, default: true }];
  const silent = new Voice("en", () => {});
  silent.say("3", "count");
  assert.equal(silent.isAvailable, false);
  assert.deepEqual(speech.texts, []);
});
