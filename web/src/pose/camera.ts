/** The camera: asked for once, its refusals as values, let go of for certain. */

export type CameraRefusal = "refused" | "absent" | "busy" | "failed" | "insecure";

/** What a camera that runs can still do. */
export type CameraLoss = "lost" | "muted";

export type CameraOutcome =
  | { readonly is: "granted"; readonly camera: Camera }
  | { readonly is: CameraRefusal };

/** What the models need: more pixels cost time and show them nothing new. */
const WANTED: MediaStreamConstraints = {
  audio: false,
  video: {
    width: { ideal: 640 },
    height: { ideal: 480 },
    frameRate: { ideal: 30 },
    facingMode: { ideal: "user" },
  },
};

/** What the browser calls it → what it means for the person. */
const REFUSALS: Readonly<Record<string, CameraRefusal>> = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "absent",
  OverconstrainedError: "absent",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** A camera that runs, and the element that shows it. */
export class Camera {
  readonly video: HTMLVideoElement;
  readonly #stream: MediaStream;
  readonly #watch = new AbortController();

  constructor(stream: MediaStream, onLoss: (loss: CameraLoss) => void) {
    this.#stream = stream;
    const options = { signal: this.#watch.signal };
    for (const track of stream.getVideoTracks()) {
      track.addEventListener("ended", () => onLoss("lost"), options);
      track.addEventListener("mute", () => onLoss("muted"), options);
    }
    this.video = document.createElement("video");
    this.video.muted = true;
    this.video.playsInline = true;
    this.video.srcObject = stream;
  }

  stop(): void {
    this.#watch.abort();
    for (const track of this.#stream.getTracks()) track.stop();
    this.video.srcObject = null;
  }
}

/** Open the camera and wait for its first picture. */
export async function openCamera(onLoss: (loss: CameraLoss) => void): Promise<CameraOutcome> {
  // browsers hide the camera from pages that others could have tampered with
  if (!("mediaDevices" in navigator)) return { is: window.isSecureContext ? "failed" : "insecure" };
  try {
    const camera = new Camera(await navigator.mediaDevices.getUserMedia(WANTED), onLoss);
    return await play(camera);
  } catch (error) {
    return { is: refusalOf(error) };
  }
}

async function play(camera: Camera): Promise<CameraOutcome> {
  try {
    await camera.video.play();
    return { is: "granted", camera };
  } catch {
    camera.stop();
    return { is: "failed" };
  }
}

/** Say what an error of `getUserMedia` means. */
export function refusalOf(error: unknown): CameraRefusal {
  return (error instanceof DOMException && REFUSALS[error.name]) || "failed";
}
