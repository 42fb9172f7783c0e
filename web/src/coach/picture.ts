/** The picture: the camera's video where it is wanted, the figure over it, the silhouette to fit into. */

import type { PackedFrame } from "../pose/frame.ts";
import type { Size } from "../pose/source.ts";
import { Figure } from "./figure.ts";

export class Picture {
  readonly #screen: HTMLElement;
  readonly #figure: Figure;
  readonly #guide: HTMLElement;
  #video: HTMLVideoElement | null = null;
  #isVideoWanted = true;
  #isGuiding = true;
  #ratio = 0;
  #isTurned = false;

  constructor(screen: HTMLElement, canvas: HTMLCanvasElement, guide: HTMLElement) {
    this.#screen = screen;
    this.#guide = guide;
    this.#figure = new Figure(canvas);
    const recolour = (): void => this.#figure.recolour();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
  }

  /** Place the live picture; without a video only the figure is shown. */
  begin(size: Size, video: HTMLVideoElement | undefined): void {
    this.#fit(size);
    if (video) {
      this.#video = video;
      video.setAttribute("aria-hidden", "true");
      this.#screen.prepend(video);
    }
    this.showVideo(this.#isVideoWanted);
  }

  /** Take the live picture away. */
  end(): void {
    this.#video?.remove();
    this.#video = null;
    this.showVideo(this.#isVideoWanted);
  }

  showVideo(isWanted: boolean): void {
    this.#isVideoWanted = isWanted;
    this.#screen.classList.toggle("with-video", this.#isVideoShown);
    this.#figure.recolour();
    this.#figure.comeClose(!this.#isGuiding && !this.#isVideoShown);
  }

  /** Show the person where they are in the picture, to get into place; a lone figure else fills its place. */
  guide(isGuiding: boolean): void {
    if (isGuiding === this.#isGuiding) return;
    this.#isGuiding = isGuiding;
    this.#figure.comeClose(!isGuiding && !this.#isVideoShown);
  }

  /** Show a frame's figure. */
  show(frame: PackedFrame): void {
    this.#fit(frame);
    this.#figure.show(frame);
    const isTurned = this.#figure.headIsRight;
    if (isTurned === null || isTurned === this.#isTurned) return;
    this.#isTurned = isTurned;
    this.#guide.classList.toggle("turned", isTurned);
  }

  /** Make out the part of the body that a correction is about. */
  point(code: string | null): void {
    this.#figure.point(code);
  }

  get #isVideoShown(): boolean {
    return this.#isVideoWanted && this.#video !== null;
  }

  #fit({ width, height }: Size): void {
    const ratio = width / height;
    if (!Number.isFinite(ratio) || ratio === this.#ratio) return;
    this.#ratio = ratio;
    this.#screen.style.setProperty("--ratio", String(ratio));
  }
}
