/** What the server wrote into the page: the session, and every word the page may need. */

import type { Advice } from "./protocol.ts";

/** Where the measure should be, in the exercise's unit; null where the exercise sets no such mark. */
export interface Target {
  readonly low: number | null;
  readonly high: number | null;
  readonly warn: number | null;
  readonly stop: number | null;
}

export interface Exercise {
  readonly slug: string;
  readonly name: string;
  readonly view: "side" | "front";
  readonly posture: "lying" | "standing";
  readonly two_sided: boolean;
  /** Whether the goal holds for each side. */
  readonly per_side?: boolean;
  readonly unit: "cm" | "deg";
  readonly target: Target;
  readonly level: { readonly id: string; readonly name: string; readonly instruction: string };
  readonly hold_s: number;
  readonly goal: number;
  readonly stop_gesture: "one_hand" | "both_hands";
}

export interface CoachData {
  readonly session: string;
  readonly socket: string;
  readonly language: "en" | "zh";
  readonly source: "camera" | "simulated";
  readonly simulated: string;
  readonly models: { readonly full: string; readonly lite: string };
  readonly wasm: string;
  readonly exercise: Exercise;
  /** What a fault's code means, in a sentence or two. */
  readonly faults?: Readonly<Record<string, string>>;
  readonly urls: { readonly result: string; readonly home: string };
}

/** A heading and what to do. */
export interface Told {
  readonly title: string;
  readonly text: string;
}

/** Gaps are written {so}. */
export interface Words {
  readonly advice: Readonly<Record<Advice, string>>;
  readonly of_goal: string;
  readonly held: string;
  readonly done_so_far: string;
  readonly set: string;
  readonly ready: string;
  readonly rest: string;
  readonly paused: { readonly asked: string; readonly left: string };
  readonly stopped: {
    readonly asked: Told;
    readonly gesture: Told;
    readonly pain: Told;
    readonly fault: Told;
    readonly final: Told;
  };
  readonly pause: string;
  readonly go_on: string;
  readonly lost: string;
  readonly found: string;
  readonly too_slow: string;
  readonly muted: string;
  readonly pain_noted: string;
  readonly counted: string;
  readonly counted_left: string;
  readonly counted_right: string;
  readonly load: { readonly times: string; readonly detail: string; readonly unknown: string };
}

/** Read one of the page's blocks of data. */
export function readBlock<T>(page: Document, id: string): T {
  const block = page.getElementById(id);
  if (block === null) throw new Error(`the page lacks its block of data "${id}"`);
  return JSON.parse(block.textContent ?? "") as T;
}

/** Fill the gaps of a sentence. */
export function fill(sentence: string, parts: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (gap, name: string) => String(parts[name] ?? gap));
}
