/** Finds landmarks in the pictures of a video: in a worker where that is possible, in the page where it is not. */

import type { Finding, Landmarker, PoseFiles } from "./landmarker.ts";
import type { Answer, Order } from "./landmarker.worker.ts";
import type { Model } from "./model_choice.ts";

export interface Finder {
  /** Find the person in what the video shows now, null when it shows nothing; one call at a time. Rejects when the model broke. */
  find(video: HTMLVideoElement, timeS: number): Promise<Finding | null>;
  /** Go on with another model. Rejects when it cannot be loaded; the present one stays. */
  change(model: Model): Promise<void>;
  close(): void;
}

/** Load the model. Rejects when neither way works. */
export async function openFinder(files: PoseFiles, model: Model): Promise<Finder> {
  if (typeof Worker === "undefined" || typeof OffscreenCanvas === "undefined") return openInPage(files, model);
  const finder = new WorkerFinder();
  try {
    await finder.open(files, model);
    return finder;
  } catch {
    // some browsers have workers and no WebGL in them
    finder.close();
    return openInPage(files, model);
  }
}

class WorkerFinder implements Finder {
  readonly #worker = new Worker(new URL("./landmarker.worker.ts", import.meta.url), { type: "classic" });
  #answer: (answer: Answer) => void = () => {};

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#answer(data);
    this.#worker.onerror = (event) => {
      event.preventDefault(); // whoever asked is told
      this.#answer({ is: "failed", reason: event.message });
    };
  }

  async open(files: PoseFiles, model: Model): Promise<void> {
    await this.#ask({ do: "open", files, model });
  }

  async change(model: Model): Promise<void> {
    await this.#ask({ do: "change", model });
  }

  async find(video: HTMLVideoElement, timeS: number): Promise<Finding | null> {
    const picture = await createImageBitmap(video).catch(() => null);
    if (picture === null) return null;
    const answer = await this.#ask({ do: "find", picture, timeS }, [picture]);
    if (answer.is !== "finding") throw new Error("the worker lost count");
    return answer.finding;
  }

  close(): void {
    this.#worker.terminate();
  }

  async #ask(order: Order, transfer: Transferable[] = []): Promise<Answer> {
    const answer = await new Promise<Answer>((resolve) => {
      this.#answer = resolve;
      this.#worker.postMessage(order, transfer);
    });
    if (answer.is === "failed") throw new Error(answer.reason);
    return answer;
  }
}

async function openInPage(files: PoseFiles, model: Model): Promise<Finder> {
  const module = await import("./landmarker.ts");
  return new PageFinder(await module.Landmarker.open(files, model));
}

class PageFinder implements Finder {
  readonly #landmarker: Landmarker;

  constructor(landmarker: Landmarker) {
    this.#landmarker = landmarker;
  }

  async find(video: HTMLVideoElement, timeS: number): Promise<Finding | null> {
    return video.videoWidth > 0 ? this.#landmarker.find(video, timeS) : null;
  }

  async change(model: Model): Promise<void> {
    await this.#landmarker.change(model);
  }

  close(): void {
    this.#landmarker.close();
  }
}
