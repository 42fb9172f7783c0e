/** MediaPipe's pose task around our models: a picture in, a packed frame out. Runs in the worker, or in the page without one. */

import { PoseLandmarker } from "@mediapipe/tasks-vision";

import { packFrame } from "./frame.ts";
import { LightMeter } from "./light.ts";
import type { Model } from "./model_choice.ts";

/** Addresses of the runtime and the models, whole ones on our own origin. */
export interface PoseFiles {
  readonly loader: string;
  readonly wasm: string;
  readonly models: Readonly<Record<Model, string>>;
}

/** What was found in one picture; the rest of a frame is known to who asked. */
export interface Finding {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  readonly light: number;
  readonly found: boolean;
  readonly ms: number;
}

export class Landmarker {
  readonly #light = new LightMeter();
  readonly #task: PoseLandmarker;
  readonly #files: PoseFiles;

  private constructor(task: PoseLandmarker, files: PoseFiles) {
    this.#task = task;
    this.#files = files;
  }

  static async open(files: PoseFiles, model: Model): Promise<Landmarker> {
    keepQuiet();
    const runtime = { wasmLoaderPath: files.loader, wasmBinaryPath: files.wasm };
    const task = await PoseLandmarker.createFromOptions(runtime, {
      baseOptions: { modelAssetBuffer: await fetchBytes(files.models[model]), delegate: "CPU" },
      runningMode: "VIDEO",
      numPoses: 1,
      outputSegmentationMasks: false,
    });
    return new Landmarker(task, files);
  }

  /** Go on with another model; when it cannot be fetched the present one stays. */
  async change(model: Model): Promise<void> {
    await this.#task.setOptions({ baseOptions: { modelAssetBuffer: await fetchBytes(this.#files.models[model]) } });
  }

  /** Find the person; pictures come in the order of their times. */
  find(picture: ImageBitmap | HTMLVideoElement, timeS: number): Finding {
    const startMs = performance.now();
    const [width, height] =
      picture instanceof ImageBitmap ? [picture.width, picture.height] : [picture.videoWidth, picture.videoHeight];
    const { landmarks, worldLandmarks } = this.#task.detectForVideo(picture, timeS * 1000);
    const image = landmarks[0] ?? null;
    const bytes = packFrame(timeS, width, height, image, worldLandmarks[0] ?? null);
    const light = this.#light.measure(picture, timeS);
    return { bytes, width, height, light, found: image !== null, ms: performance.now() - startMs };
  }

  close(): void {
    this.#task.close();
  }
}

/** Keep the runtime's chatter, which it writes as errors, for those who ask for details; failures reject. */
function keepQuiet(): void {
  const write = (text: string): void => console.debug(text);
  (globalThis as { Module?: object }).Module = { print: write, printErr: write };
}

async function fetchBytes(address: string): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}
