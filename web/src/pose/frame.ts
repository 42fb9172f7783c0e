/** One frame's landmarks as docs/live-protocol.md lays them out. */

export const LANDMARKS = 33;
export const LANDMARK_BYTES = 16;
export const FRAME_BYTES = 8 + LANDMARKS * LANDMARK_BYTES;
export const HEADER_BYTES = 16;
export const LIGHT_UNKNOWN = 255;

const WORLD_STEPS_PER_M = 10_000; // tenths of a millimetre
const WORLD_LIMIT = 32_767;
const VISIBILITY_STEPS = 65_535;

/** A frame on its way to the server. */
export interface PackedFrame {
  /** The 536 bytes that a message carries. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The time in them, seconds. */
  readonly timeS: number;
  /** Size of this frame's picture in pixels; it changes when a phone is turned. */
  readonly width: number;
  readonly height: number;
  /** Mean brightness, 0 to 254; 255 is not known. */
  readonly light: number;
  /** Whether anybody was found. */
  readonly found: boolean;
  /** What finding the landmarks took, milliseconds. */
  readonly ms: number;
}

/** A landmark as the model gives it: fractions of the picture, or metres. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly visibility: number;
}

/** Lay out one frame; `image` is in fractions of the picture and `world` in metres, both null where nobody was found. */
export function packFrame(
  timeS: number,
  width: number,
  height: number,
  image: readonly Point[] | null,
  world: readonly Point[] | null,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FRAME_BYTES);
  const view = new DataView(bytes.buffer);
  view.setFloat64(0, timeS, true);
  for (let index = 0; index < LANDMARKS; index++) {
    const at = 8 + index * LANDMARK_BYTES;
    const seen = image?.[index];
    view.setFloat32(at, seen ? seen.x * width : NaN, true);
    view.setFloat32(at + 4, seen ? seen.y * height : NaN, true);
    const placed = world?.[index];
    if (!seen || !placed) continue;
    view.setInt16(at + 8, worldSteps(placed.x), true);
    view.setInt16(at + 10, worldSteps(placed.y), true);
    view.setInt16(at + 12, worldSteps(placed.z), true);
    view.setUint16(at + 14, Math.round(clamp(seen.visibility, 0, 1) * VISIBILITY_STEPS), true);
  }
  return bytes;
}

/** Give a packed frame another time. */
export function retimeFrame(bytes: Uint8Array<ArrayBuffer>, timeS: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setFloat64(0, timeS, true);
}

/** Read a packed frame's time, seconds. */
export function timeOf(bytes: Uint8Array<ArrayBuffer>): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);
}

/** Tell whether a packed frame holds a person. */
export function holdsPerson(bytes: Uint8Array<ArrayBuffer>): boolean {
  return !Number.isNaN(new DataView(bytes.buffer, bytes.byteOffset).getFloat32(8, true));
}

function worldSteps(metres: number): number {
  return Math.round(clamp(metres * WORLD_STEPS_PER_M, -WORLD_LIMIT, WORLD_LIMIT));
}

function clamp(value: number, lowest: number, highest: number): number {
  return Math.min(Math.max(value, lowest), highest);
}
