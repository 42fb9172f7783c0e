/** Which landmarks make up the line figure, and which part of it a correction is about. */

export const NOSE = 0;
export const EARS = [7, 8] as const;
export const SHOULDERS = [11, 12] as const;
export const HIPS = [23, 24] as const;

/** Chains of landmarks, drawn as one line each. */
const PARTS = {
  left_arm: [11, 13, 15],
  right_arm: [12, 14, 16],
  shoulders: [11, 12],
  hips: [23, 24],
  left_side: [11, 23],
  right_side: [12, 24],
  left_thigh: [23, 25],
  right_thigh: [24, 26],
  left_shank: [25, 27],
  right_shank: [26, 28],
  left_foot: [27, 29, 31],
  right_foot: [28, 30, 32],
} as const satisfies Readonly<Record<string, readonly number[]>>;

export type Part = keyof typeof PARTS;

/** Lines from back to front. */
export const CHAINS: readonly (readonly [Part, readonly number[]])[] = Object.entries(PARTS) as [Part, readonly number[]][];

export const JOINTS: readonly number[] = [11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28];

const TRUNK: readonly Part[] = ["shoulders", "hips", "left_side", "right_side"];
const ARMS: readonly Part[] = ["left_arm", "right_arm"];
const THIGHS: readonly Part[] = ["left_thigh", "right_thigh"];
const SHANKS: readonly Part[] = ["left_shank", "right_shank"];
const FEET: readonly Part[] = ["left_foot", "right_foot"];

/** The part that a fault is about. */
const CONCERNED: Readonly<Record<string, readonly Part[]>> = {
  over_arched: [...TRUNK, ...THIGHS],
  low_rise: ["hips", ...THIGHS],
  short_hold: ["hips"],
  fast_lowering: TRUNK,
  too_fast: TRUNK,
  too_high: TRUNK,
  incomplete: TRUNK,
  knees_straight: [...THIGHS, ...SHANKS],
  narrow_stance: [...SHANKS, ...FEET],
  wrong_side_first: ["shoulders"],
  arm_down: ARMS,
  over_rotation: ["shoulders", "hips"],
  leaning: TRUNK,
  ballistic: ["shoulders"],
};

export function partsOf(code: string): ReadonlySet<Part> {
  return new Set(CONCERNED[code]);
}
