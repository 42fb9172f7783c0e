/** How bright a picture is, from a copy of a few pixels. */

import { LIGHT_UNKNOWN } from "./frame.ts";

const WIDTH = 16;
const HEIGHT = 12;
const EVERY_S = 0.5; // light changes slowly
const BRIGHTEST = 254;

type Pixels = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null;

export class LightMeter {
  #pixels: Pixels = null;
  #last = LIGHT_UNKNOWN;
  #measuredS = -Infinity;

  /** Give the mean brightness, 0 to 254, measured anew every half second; 255 when it cannot be. */
  measure(picture: CanvasImageSource, timeS: number): number {
    if (timeS - this.#measuredS < EVERY_S) return this.#last;
    this.#measuredS = timeS;
    this.#pixels ??= canvas().getContext("2d", { willReadFrequently: true }) as Pixels;
    if (this.#pixels === null) return LIGHT_UNKNOWN;
    this.#pixels.drawImage(picture, 0, 0, WIDTH, HEIGHT);
    this.#last = meanBrightness(this.#pixels.getImageData(0, 0, WIDTH, HEIGHT).data);
    return this.#last;
  }
}

/** Average the brightness (luma of Rec. 601) of pixels in red, green, blue, opacity. */
export function meanBrightness(rgba: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < rgba.length; at += 4) {
    sum += 0.299 * (rgba[at] ?? 0) + 0.587 * (rgba[at + 1] ?? 0) + 0.114 * (rgba[at + 2] ?? 0);
  }
  return Math.min(Math.round(sum / (rgba.length / 4)), BRIGHTEST);
}

function canvas(): HTMLCanvasElement | OffscreenCanvas {
  if (typeof OffscreenCanvas !== "undefined") return new OffscreenCanvas(WIDTH, HEIGHT);
  const element = document.createElement("canvas");
  element.width = WIDTH;
  element.height = HEIGHT;
  return element;
}
