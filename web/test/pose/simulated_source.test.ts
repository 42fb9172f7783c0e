import assert from "node:assert/strict";
import { mock, test, type TestContext } from "node:test";

import { FRAME_BYTES, HEADER_BYTES, packFrame, timeOf, type PackedFrame } from "../../src/pose/frame.ts";
import { readTrack, SimulatedSource } from "../../src/pose/simulated_source.ts";

/** A track of frames without a person at these times. */
function makeTrack(timesS: readonly number[]): ArrayBuffer {
  const bytes = new Uint8Array(HEADER_BYTES + timesS.length * FRAME_BYTES);
  bytes.set([1, 0, 120]);
  new DataView(bytes.buffer).setUint16(8, 1280, true);
  new DataView(bytes.buffer).setUint16(10, 720, true);
  timesS.forEach((timeS, index) => bytes.set(packFrame(timeS, 1, 1, null, null), HEADER_BYTES + index * FRAME_BYTES));
  return bytes.buffer;
}

interface Played {
  readonly source: SimulatedSource;
  readonly frames: PackedFrame[];
  readonly told: string[];
  /** Let so much time pass. */
  pass(ms: number): void;
}

function play(context: TestContext, answer: Response): Played {
  let nowMs = 60_000;
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(performance, "now", () => nowMs);
  mock.method(globalThis, "fetch", async () => answer);
  context.after(() => {
    mock.timers.reset();
    mock.restoreAll();
  });
  const pass = (ms: number): void => {
    nowMs += ms;
    mock.timers.tick(ms);
  };
  return { source: new SimulatedSource("/simulated"), frames: [], told: [], pass };
}

function start({ source, frames, told }: Played): ReturnType<SimulatedSource["start"]> {
  return source.start((frame) => frames.push(frame), (code) => told.push(code));
}

test("a track gives its size, its light and its frames", () => {
  const track = readTrack(makeTrack([4, 5]));
  assert.deepEqual([track?.width, track?.height, track?.light], [1280, 720, 120]);
  assert.deepEqual(track?.frames.map(timeOf), [4, 5]);
});

test("other bytes are no track", () => {
  assert.equal(readTrack(new ArrayBuffer(3)), null);
  assert.equal(readTrack(new ArrayBuffer(HEADER_BYTES + 7)), null);
  assert.equal(readTrack(new ArrayBuffer(HEADER_BYTES)), null); // its kind is not 1
});

test("frames come when their time has come, on the page's clock", async (context) => {
  const played = play(context, new Response(makeTrack([3, 3.04, 3.08])));
  assert.deepEqual(await start(played), { width: 1280, height: 720 });
  played.pass(1);
  assert.deepEqual(played.frames.map((frame) => frame.timeS), [60]);
  played.pass(38);
  assert.equal(played.frames.length, 1);
  played.pass(2);
  assert.equal(played.frames.length, 2);
  const [, second] = played.frames;
  assert.ok(second && Math.abs(second.timeS - 60.04) < 1e-9);
  assert.equal(timeOf(second.bytes), second.timeS);
  assert.deepEqual([second.width, second.height, second.light, second.found], [1280, 720, 120, false]);
});

test("a page that slept gets all it missed, and the end once", async (context) => {
  const played = play(context, new Response(makeTrack([0, 0.5, 1, 1.5])));
  await start(played);
  played.pass(5000);
  assert.equal(played.frames.length, 4);
  played.pass(5000);
  assert.deepEqual(played.told, ["ended"]);
});

test("nothing comes after the stop", async (context) => {
  const played = play(context, new Response(makeTrack([0, 0.5, 1])));
  await start(played);
  played.pass(1);
  played.source.stop();
  played.pass(5000);
  assert.equal(played.frames.length, 1);
  assert.deepEqual(played.told, []);
});

test("a track that cannot be fetched is told", async (context) => {
  const played = play(context, new Response("", { status: 404 }));
  assert.equal(await start(played), null);
  assert.deepEqual(played.told, ["no_track"]);
});
