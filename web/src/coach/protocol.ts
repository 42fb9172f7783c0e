/** The bytes and texts of docs/live-protocol.md. */

import { FRAME_BYTES, HEADER_BYTES, type PackedFrame } from "../pose/frame.ts";

export const STAGES = ["frame", "ready", "exercise", "paused", "rest", "stopped", "done"] as const;
export const PHASES = ["unseen", "rest", "out", "top", "back"] as const;
export const ADVICE = [
  "ok",
  "no_person",
  "out_of_frame",
  "too_near",
  "too_far",
  "wrong_view",
  "wrong_posture",
  "too_dark",
  "unclear",
] as const;
export const TONES = ["count", "hold_start", "hold_end", "correction", "stop", "ready", "done", "tick"] as const;

export type Stage = (typeof STAGES)[number];
export type Phase = (typeof PHASES)[number];
export type Advice = (typeof ADVICE)[number];
export type Tone = (typeof TONES)[number];

export const MOST_FRAMES = 64;
const ANSWER_BYTES = 48;
const KIND = 1;

/** Where the movement is now; `value` is null when it is not known. */
export interface Answer {
  readonly stage: Stage;
  readonly phase: Phase;
  readonly advice: Advice;
  readonly next: number;
  readonly timeS: number;
  readonly value: number | null;
  readonly holdS: number;
  readonly clockS: number;
  readonly gesture: number;
  /** What the disc carries, as multiples of quiet standing with a 90 % interval; null when it is not known. */
  readonly load: {
    readonly relative: number;
    readonly low: number;
    readonly high: number;
    readonly pressureMpa: number;
  } | null;
}

/** Where the session stands, complete each time. */
export interface State {
  readonly stage: Stage;
  readonly advice: Advice;
  readonly set: number;
  readonly sets: number;
  readonly count: number;
  readonly left: number | null;
  readonly right: number | null;
  readonly goal: number;
  readonly hold_goal_s: number;
  readonly elapsed_s: number;
  readonly reason: string | null;
  readonly stops: number;
  readonly pain: { readonly back: number; readonly leg: number; readonly zone?: string } | null;
  readonly final?: boolean;
  readonly load_limit?: number;
  readonly load_peak?: number;
  readonly load_peak_interval90?: readonly [number, number] | null;
  readonly done: boolean;
}

/** Something that happened; which further fields there are depends on the kind. */
export interface CoachEvent {
  readonly kind: string;
  readonly time_s: number;
  readonly tone: Tone | null;
  readonly say: string | null;
  readonly code?: string;
  readonly counted?: boolean;
  readonly side?: "left" | "right" | null;
  readonly zone?: string;
  readonly on?: boolean;
}

export interface Welcome {
  readonly is: "welcome";
  readonly resumeFrom: number;
  readonly state: State;
}

export interface Change {
  readonly is: "change";
  readonly state: State;
  readonly events: readonly CoachEvent[];
  readonly at: number;
}

export type Command =
  | { readonly do: "start" | "pause" | "resume" | "stop" | "skip_rest" | "finish" }
  | { readonly do: "pain"; readonly back: number; readonly leg: number };

/** Put frames of one picture size, numbered on from `first`, into a message. */
export function packFrames(frames: readonly PackedFrame[], first: number): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(HEADER_BYTES + frames.length * FRAME_BYTES);
  const newest = frames[frames.length - 1];
  if (newest === undefined || frames.length > MOST_FRAMES) throw new RangeError(`${frames.length} frames in a message`);
  const header = new DataView(message.buffer);
  header.setUint8(0, KIND);
  header.setUint8(1, frames.length);
  header.setUint8(2, newest.light);
  header.setUint32(4, first, true);
  header.setUint16(8, newest.width, true);
  header.setUint16(10, newest.height, true);
  frames.forEach((frame, index) => message.set(frame.bytes, HEADER_BYTES + index * FRAME_BYTES));
  return message;
}

/** Introduce the page. */
export function hello(page: string, oldest: number, next: number): string {
  return JSON.stringify({ hello: 2, page, oldest, next });
}

/** Read an answer; null when the bytes are none. */
export function readAnswer(bytes: ArrayBuffer): Answer | null {
  if (bytes.byteLength !== ANSWER_BYTES) return null;
  const view = new DataView(bytes);
  const stage = STAGES[view.getUint8(1)];
  const phase = PHASES[view.getUint8(2)];
  const advice = ADVICE[view.getUint8(3)];
  if (view.getUint8(0) !== KIND || !stage || !phase || !advice) return null;
  const value = view.getFloat32(16, true);
  return {
    stage,
    phase,
    advice,
    next: view.getUint32(4, true),
    timeS: view.getFloat64(8, true),
    value: Number.isNaN(value) ? null : value,
    holdS: view.getFloat32(20, true),
    clockS: view.getFloat32(24, true),
    gesture: view.getFloat32(28, true),
    load: readLoad(view),
  };
}

function readLoad(view: DataView): Answer["load"] {
  const relative = view.getFloat32(32, true);
  if (Number.isNaN(relative)) return null;
  return {
    relative,
    low: view.getFloat32(36, true),
    high: view.getFloat32(40, true),
    pressureMpa: view.getFloat32(44, true),
  };
}

/** Read a welcome or a change; null when the text is neither. */
export function readText(text: string): Welcome | Change | null {
  const told = parse(text);
  const state = told?.state;
  if (!told || !isState(state)) return null;
  if (told.welcome === 2 && isCount(told.resume_from)) return { is: "welcome", resumeFrom: told.resume_from, state };
  if (!Array.isArray(told.events)) return null;
  const at = typeof told.at === "number" ? told.at : -1;
  return { is: "change", state, events: told.events.filter(isEvent), at };
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function isState(value: unknown): value is State {
  if (typeof value !== "object" || value === null) return false;
  const { stage, advice, count, goal } = value as Record<string, unknown>;
  return isOneOf(STAGES, stage) && isOneOf(ADVICE, advice) && isCount(count) && isCount(goal);
}

function isEvent(value: unknown): value is CoachEvent {
  return typeof value === "object" && value !== null && typeof (value as CoachEvent).kind === "string";
}

function isOneOf(names: readonly string[], value: unknown): boolean {
  return typeof value === "string" && names.includes(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
