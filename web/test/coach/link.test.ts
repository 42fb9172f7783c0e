import assert from "node:assert/strict";
import { test } from "node:test";

import { DEAD_AFTER_S, Link, namePage, type Clock, type Listener, type Socket } from "../../src/coach/link.ts";
import type { State } from "../../src/coach/protocol.ts";
import { makeFrame, readFrames } from "./frames.ts";

const STATE = { stage: "exercise", advice: "ok", count: 0, goal: 10 } as State;

/** A clock that goes on only when the test says so. */
class HandClock implements Clock {
  #nowMs = 0;
  #due: { atMs: number; callback: () => void }[] = [];

  now(): number {
    return this.#nowMs / 1000;
  }

  after(ms: number, callback: () => void): () => void {
    const entry = { atMs: this.#nowMs + ms, callback };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  goOn(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#due.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.#nowMs = next.atMs;
      next.callback();
    }
    this.#nowMs = untilMs;
  }
}

class FakeSocket implements Socket {
  binaryType: BinaryType = "blob";
  bufferedAmount = 0;
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  readyState: Socket["readyState"] = WebSocket.OPEN;
  isClosed = false;
  readonly texts: string[] = [];
  readonly messages: Uint8Array<ArrayBuffer>[] = [];

  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
    if (typeof data === "string") this.texts.push(data);
    else this.messages.push(data as Uint8Array<ArrayBuffer>);
  }

  close(): void {
    this.isClosed = true;
  }

  // --------------------------------------------------------------------- what the server and the network do

  open(): void {
    this.onopen?.call(this as unknown as WebSocket, {} as Event);
  }

  tell(data: unknown): void {
    const text = data instanceof ArrayBuffer ? data : JSON.stringify(data);
    this.onmessage?.call(this as unknown as WebSocket, { data: text } as MessageEvent);
  }

  welcome(resumeFrom: number): void {
    this.open();
    this.tell({ welcome: 2, resume_from: resumeFrom, state: STATE });
  }

  answer(next: number): void {
    const view = new DataView(new ArrayBuffer(48));
    view.setUint8(0, 1);
    view.setUint32(4, next, true);
    this.tell(view.buffer);
  }

  break(code = 1006): void {
    this.onclose?.call(this as unknown as WebSocket, { code } as CloseEvent);
  }

  get numbers(): number[] {
    return this.messages.flatMap(readFrames).map((frame) => frame.number);
  }

  get commands(): string[] {
    return this.texts.slice(1).map((text) => (JSON.parse(text) as { do: string }).do);
  }
}

class Scene {
  readonly clock = new HandClock();
  readonly sockets: FakeSocket[] = [];
  readonly heard: string[] = [];
  readonly link: Link;

  constructor(batch = 1) {
    const note = (text: string): void => void this.heard.push(text);
    const listener: Listener = {
      onState: () => {},
      onChange: (change, ageS) => note(`change ${change.at} ${ageS.toFixed(1)}`),
      onAnswer: () => {},
      onLost: () => note("lost"),
      onFound: () => note("found"),
      onEnd: (ending) => note(ending),
    };
    const open = (): Socket => {
      const socket = new FakeSocket();
      this.sockets.push(socket);
      return socket;
    };
    this.link = new Link(open, listener, this.clock, "page1", batch);
  }

  get socket(): FakeSocket {
    return this.sockets[this.sockets.length - 1] as FakeSocket;
  }

  take(count: number): void {
    for (let index = 0; index < count; index++) {
      this.clock.goOn(33);
      this.link.take(makeFrame(this.clock.now()));
    }
  }
}

function upTo(count: number, from = 0): number[] {
  return Array.from({ length: count - from }, (_, index) => from + index);
}

test("frames are numbered from 0, one a message, after the welcome", () => {
  const scene = new Scene();
  scene.take(2);
  scene.socket.open();
  assert.deepEqual(JSON.parse(scene.socket.texts[0] ?? ""), { hello: 2, page: "page1", oldest: 0, next: 2 });
  assert.deepEqual(scene.socket.messages, []);
  scene.socket.welcome(0);
  scene.take(3);
  assert.deepEqual(scene.socket.numbers, upTo(5));
  assert.equal(scene.socket.messages.length, 5);
});

test("three frames share a message when the page asks for it, or when the line is busy", () => {
  const asked = new Scene(3);
  asked.socket.welcome(0);
  asked.take(7);
  assert.deepEqual(asked.socket.messages.map((message) => readFrames(message).length), [3, 3]);
  const busy = new Scene();
  busy.socket.welcome(0);
  busy.socket.bufferedAmount = 20_000;
  busy.take(6);
  assert.deepEqual(busy.socket.messages.map((message) => readFrames(message).length), [3, 3]);
});

test("a full line gets nothing more until some of it has gone; then nothing is missing", () => {
  const scene = new Scene();
  scene.socket.welcome(0);
  scene.socket.bufferedAmount = 2_000_000;
  scene.take(100);
  assert.deepEqual(scene.socket.messages, []);
  scene.socket.bufferedAmount = 0;
  scene.socket.answer(0);
  assert.deepEqual(scene.socket.numbers, upTo(100));
  assert.deepEqual(scene.socket.messages.map((message) => readFrames(message).length), [64, 36]);
});

test("a closing connection is given nothing; nothing is missing on the next", () => {
  const scene = new Scene();
  scene.socket.welcome(0);
  scene.take(2);
  scene.socket.readyState = WebSocket.CLOSING;
  scene.take(3);
  scene.link.command({ do: "stop" });
  assert.deepEqual(scene.socket.numbers, upTo(2));
  assert.deepEqual(scene.socket.commands, []);
  scene.socket.break();
  scene.clock.goOn(250);
  scene.socket.welcome(2);
  assert.deepEqual(scene.socket.numbers, [2, 3, 4]);
  assert.deepEqual(scene.socket.commands, ["stop"]);
});

test("a broken connection is tried again after 0.25, 0.5, 1, 2, 2 seconds", () => {
  const scene = new Scene();
  for (const waitMs of [250, 500, 1000, 2000, 2000]) {
    const before = scene.sockets.length;
    scene.socket.break();
    scene.clock.goOn(waitMs - 1);
    assert.equal(scene.sockets.length, before);
    scene.clock.goOn(1);
    assert.equal(scene.sockets.length, before + 1);
  }
  scene.socket.welcome(0);
  scene.socket.break();
  scene.clock.goOn(250);
  assert.equal(scene.sockets.length, 7, "a welcome begins the waiting anew");
});

test("a lost connection is told after a second, and its end; a short one is not told", () => {
  const scene = new Scene();
  scene.socket.welcome(0);
  scene.socket.break();
  scene.clock.goOn(250);
  scene.socket.welcome(0);
  scene.clock.goOn(5000);
  assert.deepEqual(scene.heard, []);
  scene.socket.break();
  scene.clock.goOn(250);
  scene.socket.break();
  scene.clock.goOn(749);
  assert.deepEqual(scene.heard, []);
  scene.clock.goOn(1);
  assert.deepEqual(scene.heard, ["lost"]);
  scene.clock.goOn(60_000);
  scene.socket.welcome(0);
  assert.deepEqual(scene.heard, ["lost", "found"]);
});

test("after a break the frames go on from where the server says, each once more at most", () => {
  const scene = new Scene();
  scene.socket.welcome(0);
  scene.take(10);
  scene.socket.answer(7);
  scene.socket.break();
  scene.take(5);
  scene.clock.goOn(250);
  scene.socket.open();
  assert.deepEqual(JSON.parse(scene.socket.texts[0] ?? ""), { hello: 2, page: "page1", oldest: 0, next: 15 });
  scene.socket.tell({ welcome: 2, resume_from: 8, state: STATE });
  scene.take(1);
  assert.deepEqual(scene.socket.numbers, upTo(16, 8));
});

test("a server that was restarted gets all that is kept", () => {
  const scene = new Scene();
  scene.socket.welcome(0);
  scene.take(130);
  scene.socket.answer(130);
  scene.socket.break();
  scene.clock.goOn(250);
  scene.socket.welcome(0);
  assert.deepEqual(scene.socket.numbers, upTo(130));
});

test("what the server asks for and the page no longer keeps is passed over", () => {
  const scene = new Scene();
  scene.take(3700);
  scene.clock.goOn(10_000);
  scene.socket.welcome(0);
  assert.equal(scene.socket.numbers[0], 100);
  assert.equal(scene.socket.numbers.length, 3600);
});

test("commands without a connection are asked once there is one, after the frames before them", () => {
  const scene = new Scene();
  scene.take(2);
  scene.link.command({ do: "stop" });
  assert.deepEqual(scene.socket.texts, []);
  scene.socket.welcome(0);
  assert.deepEqual(scene.socket.commands, ["stop"]);
  assert.deepEqual(scene.socket.numbers, [0, 1]);
});

test("a command is asked again after a break unless a later frame is known to have arrived", () => {
  const scene = new Scene();
  scene.socket.welcome(0);
  scene.take(2);
  scene.link.command({ do: "pause" });
  scene.take(1);
  scene.socket.answer(3);
  scene.link.command({ do: "stop" });
  scene.take(1);
  scene.socket.answer(3);
  scene.socket.break();
  scene.clock.goOn(250);
  scene.socket.welcome(3);
  assert.deepEqual(scene.socket.commands, ["stop"]);
});

test("a change tells how old its frame is; one that no frame brought about is new", () => {
  const scene = new Scene();
  scene.socket.welcome(0);
  scene.take(3);
  scene.clock.goOn(4000);
  scene.socket.tell({ state: STATE, events: [], at: 2 });
  scene.socket.tell({ state: STATE, events: [], at: 3 });
  assert.deepEqual(scene.heard, ["change 2 4.0", "change 3 0.0"]);
});

test("the protocol's close codes end the link for good", () => {
  const codes = { 4001: "taken", 4004: "gone", 4009: "over", 1003: "outdated", 1007: "outdated", 1008: "outdated" };
  for (const [code, ending] of Object.entries(codes)) {
    const scene = new Scene();
    scene.socket.welcome(0);
    scene.socket.break(Number(code));
    scene.take(3);
    scene.clock.goOn(60_000);
    assert.deepEqual(scene.heard, [ending]);
    assert.equal(scene.sockets.length, 1);
  }
});

test("a server that has fallen silent is left for a new connection, which alone is heard", () => {
  const scene = new Scene();
  scene.socket.welcome(0);
  scene.take(3);
  scene.socket.answer(3);
  const silent = scene.socket;
  scene.take(1);
  scene.clock.goOn(1000 * DEAD_AFTER_S);
  scene.take(1);
  assert.equal(scene.sockets.length, 2);
  assert.ok(silent.isClosed);
  assert.equal(silent.onmessage, null);
  scene.socket.welcome(3);
  assert.deepEqual(scene.socket.numbers, [3, 4]);
});

test("a camera that comes late is no silence of the server", () => {
  const scene = new Scene();
  scene.socket.welcome(0);
  scene.clock.goOn(2000 * DEAD_AFTER_S);
  scene.take(3);
  assert.equal(scene.sockets.length, 1);
  scene.socket.answer(3);
  scene.clock.goOn(2000 * DEAD_AFTER_S);
  scene.take(2);
  assert.equal(scene.sockets.length, 1);
});

test("a closed link does nothing more", () => {
  const scene = new Scene();
  scene.socket.welcome(0);
  scene.link.close();
  scene.take(2);
  scene.link.command({ do: "stop" });
  scene.clock.goOn(60_000);
  assert.ok(scene.socket.isClosed);
  assert.deepEqual(scene.socket.messages, []);
  assert.deepEqual(scene.socket.commands, []);
  assert.deepEqual(scene.heard, []);
});

test("pages have names of their own, of up to 32 letters and digits", () => {
  const names = Array.from({ length: 50 }, namePage);
  assert.equal(new Set(names).size, 50);
  for (const name of names) assert.match(name, /^[a-z0-9]{1,32}$/);
});
