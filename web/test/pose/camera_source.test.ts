import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { CameraSource } from "../../src/pose/camera_source.ts";
import type { PackedFrame } from "../../src/pose/frame.ts";
import type { Answer, Order } from "../../src/pose/landmarker.worker.ts";
import { SAMPLES, WARM_UP } from "../../src/pose/model_choice.ts";

const FILES = { loader: "loader", wasm: "wasm", models: { full: "full", lite: "lite" } };

/** A browser with a camera and a worker that do what the test says. */
class Browser {
  readonly track = Object.assign(new EventTarget(), { isStopped: false, stop: () => void (this.track.isStopped = true) });
  readonly orders: Order[] = [];
  refusal: string | null = null;
  isWorkerBroken = false;
  isTerminated = false;
  showsNothing = false;
  #answer: (answer: Answer) => void = () => {};
  #onPicture: ((nowMs: number, metadata: object) => void) | null = null;

  install(): void {
    const browser = this;
    const stream = { getVideoTracks: () => [this.track], getTracks: () => [this.track] };
    const video = {
      videoWidth: 640,
      videoHeight: 480,
      play: async () => {},
      requestVideoFrameCallback: (callback: (nowMs: number, metadata: object) => void) => {
        this.#onPicture = callback;
        return 1;
      },
      cancelVideoFrameCallback: () => (this.#onPicture = null),
    };
    const getUserMedia = async (): Promise<object> => {
      if (this.refusal) throw new DOMException("", this.refusal);
      return stream;
    };
    class FakeWorker {
      onmessage: (event: { data: Answer }) => void = () => {};
      constructor() {
        browser.#answer = (data) => this.onmessage({ data });
      }
      postMessage(order: Order): void {
        browser.orders.push(order);
        if (order.do !== "find") browser.answer(browser.isWorkerBroken ? { is: "failed", reason: "" } : { is: "ready" });
      }
      terminate(): void {
        browser.isTerminated = true;
      }
    }
    const createImageBitmap = async (): Promise<object> => {
      if (this.showsNothing) throw new DOMException("", "InvalidStateError");
      return {};
    };
    Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia }, configurable: true });
    Object.assign(globalThis, { window: { isSecureContext: true }, document: { createElement: () => video } });
    Object.assign(globalThis, { Worker: FakeWorker, OffscreenCanvas: class {}, createImageBitmap });
  }

  answer(answer: Answer): void {
    queueMicrotask(() => this.#answer(answer));
  }

  get isWatched(): boolean {
    return this.#onPicture !== null;
  }

  /** Show a picture taken at this time, and let the page act on it. */
  async show(timeS: number): Promise<void> {
    this.#onPicture?.(timeS * 1000, {});
    await settle();
  }

  /** Let the worker answer what it was asked. */
  async find(ms = 10, found = true): Promise<void> {
    this.answer({ is: "finding", finding: { bytes: new Uint8Array(536), width: 640, height: 480, light: 99, found, ms } });
    await settle();
  }

  get asked(): number[] {
    return this.orders.flatMap((order) => (order.do === "find" ? [order.timeS] : []));
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let browser: Browser;
let source: CameraSource;
let frames: PackedFrame[];
let told: string[];

const start = (): ReturnType<CameraSource["start"]> => source.start((frame) => frames.push(frame), (code) => told.push(code));

/** Show and answer frames until the model has been judged. */
async function judge(fromS: number, ms: number): Promise<void> {
  for (let index = 0; index < WARM_UP + SAMPLES; index++) {
    await browser.show(fromS + index / 10);
    await browser.find(ms);
  }
}

beforeEach(() => {
  browser = new Browser();
  browser.install();
  [source, frames, told] = [new CameraSource(FILES), [], []];
});

afterEach(() => {
  source.stop();
  Reflect.deleteProperty(navigator, "mediaDevices");
});

test("frames come from the worker with the time their picture was taken", async () => {
  assert.deepEqual(await start(), { width: 640, height: 480 });
  assert.ok(source.video);
  await settle();
  await judge(0, 25);
  await browser.show(9.5);
  await browser.find();
  assert.deepEqual(browser.orders[0], { do: "open", files: FILES, model: "full" });
  assert.deepEqual(frames.map(({ timeS, light, found }) => [timeS, light, found]), [[9.5, 99, true]]);
});

test("a person comes with one model only, so none before it is chosen; that nobody is there is told at once", async () => {
  await start();
  await settle();
  await browser.show(0);
  await browser.find(60, false);
  assert.deepEqual(frames.map(({ found }) => found), [false]);
  await judge(1, 60);
  assert.equal(frames.length, 1);
  await browser.show(9);
  await browser.find(30);
  assert.deepEqual(frames.map(({ found }) => found), [false, true]);
});

test("one picture is in flight at most, and the newest is next", async () => {
  await start();
  await settle();
  for (const timeS of [1, 1.03, 1.06, 1.09]) await browser.show(timeS);
  assert.deepEqual(browser.asked, [1]);
  await browser.find();
  assert.deepEqual(browser.asked, [1, 1.09]);
  await browser.find();
  assert.deepEqual(browser.asked, [1, 1.09]);
});

test("times only ever grow, and pictures too close together are passed over", async () => {
  await start();
  await settle();
  for (const timeS of [2, 2, 1.9, 2.01, 2.033]) {
    await browser.show(timeS);
    await browser.find(10, false);
  }
  assert.deepEqual(frames.map((frame) => frame.timeS), [2, 2.033]);
});

test("a video that shows nothing at the moment is waited for", async () => {
  await start();
  await settle();
  browser.showsNothing = true;
  await browser.show(1);
  browser.showsNothing = false;
  await browser.show(2);
  assert.deepEqual(browser.asked, [2]);
  assert.deepEqual(told, []);
});

test("a quick device keeps the full model", async () => {
  await start();
  await settle();
  await judge(0, 25);
  assert.equal(source.stats.model, "full");
  assert.equal(source.stats.msPerFrame, 25);
  assert.ok(Math.abs(source.stats.fps - 10) < 1e-6);
});

test("a slow device changes to the lighter model, a very slow one says so once", async () => {
  await start();
  await settle();
  await judge(0, 60);
  assert.equal(source.stats.model, "lite");
  assert.deepEqual(told, []);
  await judge(10, 130);
  await judge(20, 130);
  assert.deepEqual(told, ["too_slow"]);
  assert.equal(frames.length, 2 * (WARM_UP + SAMPLES));
});

test("frames without a person say nothing about the model", async () => {
  await start();
  await settle();
  for (let index = 0; index < 2 * (WARM_UP + SAMPLES); index++) {
    await browser.show(index);
    await browser.find(500, false);
  }
  assert.equal(source.stats.model, "full");
});

test("a lighter model that cannot be loaded leaves the full one in place", async () => {
  await start();
  await settle();
  browser.isWorkerBroken = true;
  await judge(0, 60);
  await browser.show(90);
  await browser.find();
  assert.equal(source.stats.model, "full");
  assert.equal(frames.length, 1);
  assert.deepEqual(told, []);
});

test("a refusal is told and ends everything", async () => {
  browser.refusal = "NotAllowedError";
  assert.equal(await start(), null);
  await settle();
  assert.deepEqual(told, ["refused"]);
  assert.ok(browser.isTerminated);
});

test("a page that others could tamper with is told so", async () => {
  Reflect.deleteProperty(navigator, "mediaDevices");
  Object.assign(globalThis, { window: { isSecureContext: false } });
  assert.equal(await start(), null);
  assert.deepEqual(told, ["insecure"]);
});

test("what happens to the camera is told until the stop", async () => {
  await start();
  browser.track.dispatchEvent(new Event("mute"));
  browser.track.dispatchEvent(new Event("ended"));
  source.stop();
  browser.track.dispatchEvent(new Event("ended"));
  assert.deepEqual(told, ["muted", "lost"]);
});

test("a stop lets go of the camera and of the worker", async () => {
  await start();
  await settle();
  source.stop();
  assert.ok(browser.track.isStopped);
  assert.ok(browser.isTerminated);
  assert.ok(!browser.isWatched);
});

test("a picture in flight at the stop is not delivered", async () => {
  await start();
  await settle();
  await browser.show(1);
  source.stop();
  assert.ok(!browser.isTerminated);
  await browser.find();
  assert.deepEqual(frames, []);
  assert.ok(browser.isTerminated);
});

test("a stop while the camera is being asked for lets go of it at once", async () => {
  const starting = start();
  source.stop();
  assert.equal(await starting, null);
  assert.ok(browser.track.isStopped);
});

test("a model that breaks is told and ends everything", async () => {
  await start();
  await settle();
  await browser.show(1);
  browser.answer({ is: "failed", reason: "out of memory" });
  await settle();
  assert.deepEqual(told, ["no_model"]);
  assert.ok(browser.track.isStopped);
});
