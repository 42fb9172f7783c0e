/** The connection to the server: numbers frames, keeps them, sends them again where it must, and never twice in vain. */

import type { PackedFrame } from "../pose/frame.ts";
import { FrameStore } from "./frame_store.ts";
import {
  hello,
  MOST_FRAMES,
  packFrames,
  readAnswer,
  readText,
  type Answer,
  type Change,
  type Command,
  type State,
} from "./protocol.ts";

/** The part of a WebSocket that the link needs. */
export type Socket = Pick<
  WebSocket,
  "binaryType" | "bufferedAmount" | "readyState" | "onclose" | "onmessage" | "onopen" | "send" | "close"
>;

/** Time, as the link needs it; `now` in seconds of the frames' clock. */
export interface Clock {
  now(): number;
  /** Call back after so many milliseconds; the result cancels it. */
  after(ms: number, callback: () => void): () => void;
}

/** Why a connection is over for good. */
export type Ending = "taken" | "gone" | "over" | "outdated";

export interface Listener {
  onState(state: State): void;
  /** `ageS`: since the frame was taken that brought the change about. */
  onChange(change: Change, ageS: number): void;
  onAnswer(answer: Answer): void;
  /** The connection has been gone for a second; `onFound` ends it. */
  onLost(): void;
  onFound(): void;
  onEnd(ending: Ending): void;
}

const ENDINGS: Readonly<Record<number, Ending>> = {
  4001: "taken",
  4004: "gone",
  4009: "over",
  1003: "outdated",
  1007: "outdated",
  1008: "outdated",
};

const BACK_OFF_MS = [250, 500, 1000, 2000];
const LOST_AFTER_MS = 1000;
/** Silence of the server, while frames go out, after which the connection is taken for dead, seconds. */
export const DEAD_AFTER_S = 10;
/** More than this on its way: three frames share a message. */
const BUSY_BYTES = 16_384;
/** More than this on its way: nothing more is sent until some of it has gone. */
const FULL_BYTES = 1_048_576;
const BUSY_FRAMES = 3;
/** With more frames waiting than this the link catches up in large messages. */
const BEHIND_FRAMES = 8;

interface Pending {
  readonly text: string;
  /** Number of the first frame that was sent after it. */
  before: number;
}

export class Link {
  readonly #open: () => Socket;
  readonly #listener: Listener;
  readonly #clock: Clock;
  readonly #page: string;
  readonly #batch: number;
  readonly #store = new FrameStore();
  #socket: Socket | null = null;
  #isWelcome = false;
  #isOver = false;
  #isLost = false;
  #sent = 0;
  #arrived = 0;
  #attempts = 0;
  #heardS = 0;
  #pending: Pending[] = [];
  #cancelLost: (() => void) | null = null;
  #cancelRetry = (): void => {};

  /** Connect; `page` names this very page, `batch` is how many frames share a message. */
  constructor(open: () => Socket, listener: Listener, clock: Clock, page: string, batch = 1) {
    this.#open = open;
    this.#listener = listener;
    this.#clock = clock;
    this.#page = page;
    this.#batch = batch;
    this.#expectWelcome();
    this.#connect();
  }

  /** Number of frames taken so far. */
  get taken(): number {
    return this.#store.next;
  }

  /** Take a frame and send it as soon as that is possible. */
  take(frame: PackedFrame): void {
    if (this.#isOver) return;
    this.#store.add(frame);
    this.#store.forget(this.#arrived);
    if (this.#isAwaited && this.#clock.now() - this.#heardS > DEAD_AFTER_S) this.#reconnect();
    this.#flush();
  }

  /** Ask for something; what is asked without a connection is asked once there is one. */
  command(command: Command): void {
    if (this.#isOver) return;
    this.#pending.push({ text: JSON.stringify(command), before: this.#sent });
    if (this.#isConnected) this.#socket?.send(JSON.stringify(command));
  }

  /** End the connection for good. */
  close(): void {
    this.#isOver = true;
    this.#detach();
    this.#stopWaiting();
    this.#cancelRetry();
  }

  /** Whether the server owes a welcome or an answer. */
  get #isAwaited(): boolean {
    return this.#socket !== null && (!this.#isWelcome || this.#arrived < this.#sent);
  }

  /** Whether what is sent now may arrive: a socket that is closing takes nothing, and complains. */
  get #isConnected(): boolean {
    return this.#isWelcome && this.#socket?.readyState === WebSocket.OPEN;
  }

  #connect(): void {
    const socket = this.#open();
    this.#socket = socket;
    this.#heardS = this.#clock.now();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(hello(this.#page, this.#store.oldest, this.#store.next));
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => this.#hear(event.data);
    socket.onclose = (event: CloseEvent) => this.#closed(event.code);
  }

  #hear(data: string | ArrayBuffer): void {
    this.#heardS = this.#clock.now();
    if (typeof data !== "string") {
      const answer = readAnswer(data);
      if (answer) this.#answered(answer);
      return;
    }
    const told = readText(data);
    if (told?.is === "welcome") this.#welcomed(told.resumeFrom, told.state);
    else if (told) this.#listener.onChange(told, this.#ageOf(told.at));
  }

  #welcomed(resumeFrom: number, state: State): void {
    this.#isWelcome = true;
    this.#attempts = 0;
    this.#arrived = resumeFrom;
    this.#stopWaiting();
    if (this.#isLost) this.#listener.onFound();
    this.#isLost = false;
    this.#listener.onState(state);
    this.#sent = Math.min(Math.max(resumeFrom, this.#store.oldest), this.#store.next);
    this.#flush();
    this.#askAgain();
  }

  #answered(answer: Answer): void {
    this.#arrived = answer.next;
    this.#pending = this.#pending.filter((pending) => pending.before >= answer.next);
    this.#listener.onAnswer(answer);
    this.#flush();
  }

  /** Ask again for what the last connection may not have carried over. */
  #askAgain(): void {
    for (const pending of this.#pending) {
      pending.before = this.#sent;
      this.#socket?.send(pending.text);
    }
  }

  #flush(): void {
    while (this.#socket && this.#isConnected) {
      this.#sent = Math.max(this.#sent, this.#store.oldest);
      const frames = this.#store.run(this.#sent, this.#portion(this.#socket.bufferedAmount));
      if (frames.length === 0) return;
      if (this.#arrived >= this.#sent) this.#heardS = this.#clock.now(); // until now there was nothing to answer
      this.#socket.send(packFrames(frames, this.#sent));
      this.#sent += frames.length;
    }
  }

  /** How many frames to send in the next message, 0 to wait. */
  #portion(bufferedBytes: number): number {
    const waiting = this.#store.next - this.#sent;
    if (bufferedBytes > FULL_BYTES) return 0;
    if (waiting > BEHIND_FRAMES) return MOST_FRAMES;
    const together = bufferedBytes > BUSY_BYTES ? Math.max(BUSY_FRAMES, this.#batch) : this.#batch;
    return waiting < together ? 0 : together;
  }

  #closed(code: number): void {
    this.#detach();
    const ending = ENDINGS[code];
    if (ending) {
      this.close();
      this.#listener.onEnd(ending);
      return;
    }
    this.#expectWelcome();
    const waitMs = BACK_OFF_MS[Math.min(this.#attempts, BACK_OFF_MS.length - 1)] ?? 0;
    this.#attempts++;
    this.#cancelRetry = this.#clock.after(waitMs, () => this.#connect());
  }

  #reconnect(): void {
    this.#detach();
    this.#expectWelcome();
    this.#connect();
  }

  /** Tell that the connection is lost unless it is back within a second. */
  #expectWelcome(): void {
    if (this.#isLost) return;
    this.#cancelLost ??= this.#clock.after(LOST_AFTER_MS, () => {
      this.#isLost = true;
      this.#listener.onLost();
    });
  }

  #stopWaiting(): void {
    this.#cancelLost?.();
    this.#cancelLost = null;
  }

  #detach(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#isWelcome = false;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #ageOf(number: number): number {
    if (number < 0 || number >= this.#store.next) return 0;
    const frame = this.#store.at(number);
    return frame ? this.#clock.now() - frame.timeS : Infinity;
  }
}

/** Make a name for this very page. */
export function namePage(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(36).padStart(2, "0").slice(-2)).join("");
}
