/** Draws the person as a clean line figure over the picture, only when something has changed. */

import { LANDMARK_BYTES, LANDMARKS, type PackedFrame } from "../pose/frame.ts";
import { CHAINS, EARS, HIPS, JOINTS, NOSE, partsOf, SHOULDERS, type Part } from "./skeleton.ts";

const LEAST_VISIBILITY = 0.35 * 65_535;
const TIME_BYTES = 8;
const MOST_DETAIL = 2; // device pixels drawn for each pixel of the page
/** Sizes as shares of the picture's shorter side. */
const LINE = 0.018;
const HEAD = 0.04;
const LEAST_LINE_PX = 3;
/** Whose head is farther than this to the side of the hips is lying, share of the picture's width. */
const LYING = 0.12;
/** Room around a figure that fills its place, share of its size. */
const MARGIN = 0.16;
/** How much of the way to its new place the view goes with each frame: there within 200 ms. */
const PACE = 0.4;

interface Ink {
  readonly line: string;
  readonly concerned: string;
  readonly halo: string;
}

/** The part of the picture that is shown, in its pixels. */
interface View {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export class Figure {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D | null;
  readonly #points = new Float32Array(LANDMARKS * 2);
  readonly #isSeen = new Uint8Array(LANDMARKS);
  readonly #stillness = matchMedia("(prefers-reduced-motion: reduce)");
  #width = 1;
  #height = 1;
  #concerned: ReadonlySet<Part> = new Set();
  #isClose = false;
  #box: [number, number, number, number] | null = null;
  #view: View | null = null;
  #isAsked = false;
  #hasPerson = false;
  #ink: Ink | null = null;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    new ResizeObserver(() => this.#ask()).observe(canvas);
  }

  /** Show a frame with the next repaint. */
  show(frame: PackedFrame): void {
    this.#width = frame.width;
    this.#height = frame.height;
    this.#hasPerson = frame.found;
    if (frame.found) this.#read(frame.bytes);
    this.#ask();
  }

  /** Make out the part that a correction is about; null makes out none. */
  point(code: string | null): void {
    this.#concerned = code === null ? new Set() : partsOf(code);
    this.#ask();
  }

  /** Let the figure fill its place, or show it where it is in the picture. */
  comeClose(isClose: boolean): void {
    this.#isClose = isClose;
    this.#box = null;
    this.#ask();
  }

  /** Take colours from the page anew: it turned dark, or the video went. */
  recolour(): void {
    this.#ink = null;
    this.#ask();
  }

  /** Tell whether the head is on the right in the camera's picture; null when nobody lies there. */
  get headIsRight(): boolean | null {
    const [hip] = HIPS;
    const ahead = (this.#points[2 * NOSE] ?? 0) - (this.#points[2 * hip] ?? 0);
    return this.#hasPerson && Math.abs(ahead) > LYING * this.#width ? ahead > 0 : null;
  }

  #read(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let index = 0; index < LANDMARKS; index++) {
      const at = TIME_BYTES + index * LANDMARK_BYTES;
      this.#points[2 * index] = view.getFloat32(at, true);
      this.#points[2 * index + 1] = view.getFloat32(at + 4, true);
      this.#isSeen[index] = Number(view.getUint16(at + 14, true) >= LEAST_VISIBILITY);
    }
    this.#grow();
  }

  /** Grow the box around all that was seen: it never shrinks, so that the view stays calm. */
  #grow(): void {
    let [left, top, right, bottom] = this.#box ?? [Infinity, Infinity, -Infinity, -Infinity];
    for (let index = 0; index < LANDMARKS; index++) {
      if (this.#isSeen[index] !== 1) continue;
      const x = this.#points[2 * index] ?? 0;
      const y = this.#points[2 * index + 1] ?? 0;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
    if (left <= right) this.#box = [left, top, right, bottom];
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      this.#draw();
    });
  }

  #draw(): void {
    const context = this.#context;
    if (!context) return;
    const view = this.#look();
    const scale = this.#fit() / view.width;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    if (!this.#hasPerson || scale === 0) return;
    context.setTransform(scale, 0, 0, scale, -view.x * scale, -view.y * scale);
    context.lineCap = context.lineJoin = "round";
    const side = view.width * Math.min(1, this.#height / this.#width);
    const line = Math.max(LINE * side, LEAST_LINE_PX / scale);
    const ink = (this.#ink ??= inkOf(this.#canvas));
    this.#stroke(context, ink.halo, 2.2 * line, () => true);
    this.#head(context, ink, HEAD * side, line);
    this.#stroke(context, ink.line, line, (part) => !this.#concerned.has(part));
    this.#stroke(context, ink.concerned, 1.9 * line, (part) => this.#concerned.has(part));
    this.#dots(context, ink.line, 0.95 * line);
  }

  /** Go some of the way from the part that was shown last to the one that shall be shown. */
  #look(): View {
    const wanted = this.#isClose && this.#box ? around(this.#box, this.#width, this.#height) : { x: 0, y: 0, width: this.#width };
    const from = this.#view ?? wanted;
    const pace = this.#stillness.matches ? 1 : PACE;
    const go = (a: number, b: number): number => (Math.abs(b - a) < 1 ? b : a + pace * (b - a));
    this.#view = { x: go(from.x, wanted.x), y: go(from.y, wanted.y), width: go(from.width, wanted.width) };
    return this.#view;
  }

  /** Match the canvas to its place on the page; return its width. */
  #fit(): number {
    const detail = Math.min(devicePixelRatio, MOST_DETAIL);
    const width = Math.round(this.#canvas.clientWidth * detail);
    const height = Math.round(this.#canvas.clientHeight * detail);
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    return width;
  }

  #stroke(context: CanvasRenderingContext2D, colour: string, width: number, wanted: (part: Part) => boolean): void {
    context.beginPath();
    for (const [part, chain] of CHAINS) if (wanted(part)) this.#trace(context, chain);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }

  #trace(context: CanvasRenderingContext2D, chain: readonly number[]): void {
    let isDown = false;
    for (const index of chain) {
      const isSeen = this.#isSeen[index] === 1;
      const x = this.#points[2 * index] ?? 0;
      const y = this.#points[2 * index + 1] ?? 0;
      if (isSeen && isDown) context.lineTo(x, y);
      else if (isSeen) context.moveTo(x, y);
      isDown = isSeen;
    }
  }

  #dots(context: CanvasRenderingContext2D, colour: string, radius: number): void {
    context.fillStyle = colour;
    for (const index of JOINTS) {
      if (this.#isSeen[index] !== 1) continue;
      context.beginPath();
      context.arc(this.#points[2 * index] ?? 0, this.#points[2 * index + 1] ?? 0, radius, 0, 2 * Math.PI);
      context.fill();
    }
  }

  #head(context: CanvasRenderingContext2D, ink: Ink, radius: number, line: number): void {
    if (this.#isSeen[NOSE] !== 1 && EARS.every((ear) => this.#isSeen[ear] !== 1)) return;
    const [x, y] = this.#middle([NOSE, ...EARS]);
    const [neckX, neckY] = this.#middle(SHOULDERS);
    const away = Math.hypot(x - neckX, y - neckY);
    const size = Math.max(radius, 0.36 * away);
    const share = 1 - Math.min(size / Math.max(away, 1), 1);
    context.beginPath();
    context.moveTo(neckX, neckY);
    context.lineTo(neckX + share * (x - neckX), neckY + share * (y - neckY));
    context.moveTo(x + size, y);
    context.arc(x, y, size, 0, 2 * Math.PI);
    for (const [colour, width] of [[ink.halo, 2.2 * line], [ink.line, line]] as const) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
  }

  #middle(indices: readonly number[]): [number, number] {
    let x = 0;
    let y = 0;
    for (const index of indices) {
      x += (this.#points[2 * index] ?? 0) / indices.length;
      y += (this.#points[2 * index + 1] ?? 0) / indices.length;
    }
    return [x, y];
  }
}

/** Choose the part of a picture that a box fills, with some room and in the picture's own shape. */
export function around(box: readonly [number, number, number, number], width: number, height: number): View {
  const [left, top, right, bottom] = box;
  const needed = Math.max(right - left, ((bottom - top) * width) / height);
  const shown = Math.min(needed * (1 + 2 * MARGIN), width);
  return { x: (left + right - shown) / 2, y: (top + bottom - (shown * height) / width) / 2, width: shown };
}

/** Read the colours that the styles give the canvas. */
function inkOf(canvas: HTMLCanvasElement): Ink {
  const style = getComputedStyle(canvas);
  return {
    line: style.getPropertyValue("--figure-line"),
    concerned: style.getPropertyValue("--figure-concerned"),
    halo: style.getPropertyValue("--figure-halo"),
  };
}
