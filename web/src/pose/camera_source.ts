/** Landmarks of the person in front of the camera. */

import { openCamera, type Camera } from "./camera.ts";
import { openFinder, type Finder } from "./finder.ts";
import type { PackedFrame } from "./frame.ts";
import type { Finding, PoseFiles } from "./landmarker.ts";
import { judgeSpeed, type Model } from "./model_choice.ts";
import { Pace } from "./pace.ts";
import { watchPictures } from "./pictures.ts";
import type { PoseSource, Size, Stats, Trouble } from "./source.ts";

/** Pictures closer together are passed over: a camera of 60 a second gives no more than one of 30. */
const SHORTEST_STEP_S = 0.02;

export class CameraSource implements PoseSource {
  readonly #files: PoseFiles;
  readonly #pace = new Pace();
  #model: Model = "full";
  #costsMs: number[] | null = [];
  /** Whether the model stays: another one places the joints a little differently, which would look like a movement. */
  #isModelChosen = false;
  #camera: Camera | null = null;
  #finder: Finder | null = null;
  #unwatch = (): void => {};
  #onFrame: (frame: PackedFrame) => void = () => {};
  #onTrouble: (code: Trouble) => void = () => {};
  #newestS = -Infinity;
  #takenS = -Infinity;
  #isFinding = false;
  #isStopped = false;

  constructor(files: PoseFiles) {
    this.#files = files;
  }

  get video(): HTMLVideoElement | undefined {
    return this.#camera?.video;
  }

  get stats(): Stats {
    return { fps: this.#pace.fps, msPerFrame: this.#pace.typicalMs, model: this.#model };
  }

  async start(onFrame: (frame: PackedFrame) => void, onTrouble: (code: Trouble) => void): Promise<Size | null> {
    this.#onFrame = onFrame;
    this.#onTrouble = onTrouble;
    void this.#takeFinder(openFinder(this.#files, this.#model)); // loads while the person is asked for the camera
    const outcome = await openCamera((loss) => this.#tell(loss));
    if (outcome.is !== "granted") {
      this.#tell(outcome.is);
      this.stop();
      return null;
    }
    if (this.#isStopped) {
      outcome.camera.stop();
      return null;
    }
    this.#camera = outcome.camera;
    this.#watch();
    const { videoWidth: width, videoHeight: height } = outcome.camera.video;
    return { width, height };
  }

  stop(): void {
    this.#isStopped = true;
    this.#unwatch();
    this.#camera?.stop();
    if (!this.#isFinding) this.#closeFinder();
  }

  #closeFinder(): void {
    this.#finder?.close();
    this.#finder = null;
  }

  /** Take the finder once it is loaded. */
  async #takeFinder(opening: Promise<Finder>): Promise<void> {
    try {
      this.#finder = await opening;
    } catch {
      this.#tell("no_model");
      this.stop();
      return;
    }
    if (this.#isStopped) this.#closeFinder();
    else this.#watch();
  }

  /** Begin to look at pictures as soon as there are both a camera and a finder. */
  #watch(): void {
    const video = this.#camera?.video;
    if (!video || !this.#finder) return;
    this.#unwatch = watchPictures(video, (timeS) => {
      this.#newestS = timeS;
      void this.#findAll(video);
    });
  }

  /** Find landmarks in the newest picture until there is none newer; one picture is in flight at most. */
  async #findAll(video: HTMLVideoElement): Promise<void> {
    const finder = this.#finder;
    if (finder === null || this.#isFinding) return;
    this.#isFinding = true;
    try {
      while (!this.#isStopped && this.#newestS - this.#takenS >= SHORTEST_STEP_S) {
        const timeS = (this.#takenS = this.#newestS);
        const finding = await finder.find(video, timeS);
        if (finding === null || this.#isStopped) break;
        this.#deliver(finding, timeS);
        await this.#adapt(finder);
      }
    } catch {
      this.#tell("no_model");
      this.stop();
    } finally {
      this.#isFinding = false;
      if (this.#isStopped) this.#closeFinder();
    }
  }

  #deliver(finding: Finding, timeS: number): void {
    if (finding.found) this.#costsMs?.push(finding.ms);
    this.#pace.note(timeS, finding.ms);
    if (this.#isModelChosen || !finding.found) this.#onFrame({ ...finding, timeS });
  }

  /** Judge the model by its first frames, and change it once where the device is too slow. */
  async #adapt(finder: Finder): Promise<void> {
    if (this.#costsMs === null) return;
    const verdict = judgeSpeed(this.#model, this.#costsMs);
    if (verdict === "measure_on") return;
    this.#costsMs = null;
    if (verdict === "too_slow") this.#tell("too_slow");
    if (verdict === "lighter") await this.#lighten(finder);
    this.#isModelChosen = true;
  }

  async #lighten(finder: Finder): Promise<void> {
    try {
      await finder.change("lite");
    } catch {
      return; // slow is better than nothing
    }
    this.#model = "lite";
    this.#costsMs = [];
    this.#pace.reset();
  }

  #tell(code: Trouble): void {
    if (!this.#isStopped) this.#onTrouble(code);
  }
}
