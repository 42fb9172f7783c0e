/** Where landmarks come from: the camera or a simulated patient, behind one interface. */

import type { PackedFrame } from "./frame.ts";

/** Size of the picture in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * What can go wrong with a source.
 *
 * The camera: `refused` by the person or the system, `absent`, `busy` in another program, `failed` in a way the browser
 * does not explain, `insecure` page (not https, not this computer), `lost` (unplugged, permission withdrawn),
 * `muted` (covered or held by the system; over when the next frame comes).
 * The model: `no_model` (it could not be loaded or broke), `too_slow` (the device is; told once, frames go on).
 * The simulated patient: `no_track` (its track could not be fetched), `ended` (the track is over).
 */
export type Trouble =
  | "refused"
  | "absent"
  | "busy"
  | "failed"
  | "insecure"
  | "lost"
  | "muted"
  | "no_model"
  | "too_slow"
  | "no_track"
  | "ended";

/** How a source does; `fps` and `msPerFrame` are 0 until measured. */
export interface Stats {
  readonly fps: number;
  readonly msPerFrame: number;
  readonly model: "full" | "lite" | "simulated";
}

export interface PoseSource {
  /**
   * Begin, once.
   *
   * Frames come one at a time with strictly increasing times in seconds of `performance.now()`. The promise gives the
   * picture's size as soon as there is a picture, before the first frame; null when there will be none, and then
   * `onTrouble` has been told why.
   */
  start(onFrame: (frame: PackedFrame) => void, onTrouble: (code: Trouble) => void): Promise<Size | null>;
  /** End for good and let go of the camera; nothing is told any more. */
  stop(): void;
  /** The live picture, for the page to place; it plays by itself. */
  readonly video?: HTMLVideoElement;
  readonly stats: Stats;
}
