/** Frames for the tests: their bytes say which one they are. */

import { FRAME_BYTES, HEADER_BYTES, LIGHT_UNKNOWN, retimeFrame, type PackedFrame } from "../../src/pose/frame.ts";

export function makeFrame(timeS: number, changes: Partial<PackedFrame> = {}): PackedFrame {
  const bytes = new Uint8Array(FRAME_BYTES);
  retimeFrame(bytes, timeS);
  return { bytes, timeS, width: 640, height: 480, light: LIGHT_UNKNOWN, found: true, ms: 0, ...changes };
}

/** Read the numbers and times of the frames in a message. */
export function readFrames(message: Uint8Array<ArrayBuffer>): { number: number; timeS: number }[] {
  const view = new DataView(message.buffer);
  const first = view.getUint32(4, true);
  return Array.from({ length: view.getUint8(1) }, (_, index) => ({
    number: first + index,
    timeS: view.getFloat64(HEADER_BYTES + index * FRAME_BYTES, true),
  }));
}
