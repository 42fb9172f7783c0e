/** Landmarks of a simulated patient: a track made by the server, played in real time. */

import { FRAME_BYTES, HEADER_BYTES, holdsPerson, retimeFrame, timeOf, type PackedFrame } from "./frame.ts";
import { Pace } from "./pace.ts";
import type { PoseSource, Size, Stats, Trouble } from "./source.ts";

/** A track: a message of frames as the live protocol has it, but with as many frames as follow. */
export interface Track extends Size {
  readonly light: number;
  readonly frames: readonly Uint8Array<ArrayBuffer>[];
}

export class SimulatedSource implements PoseSource {
  readonly #address: string;
  readonly #pace = new Pace();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  constructor(address: string) {
    this.#address = address;
  }

  get stats(): Stats {
    return { fps: this.#pace.fps, msPerFrame: 0, model: "simulated" };
  }

  async start(onFrame: (frame: PackedFrame) => void, onTrouble: (code: Trouble) => void): Promise<Size | null> {
    const track = await fetchTrack(this.#address);
    if (this.#isStopped) return null;
    if (track === null) {
      onTrouble("no_track");
      return null;
    }
    const { width, height } = track;
    this.#play(track, onFrame, onTrouble);
    return { width, height };
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Deliver each frame when its time has come; a page that slept delivers all that it missed. */
  #play(track: Track, onFrame: (frame: PackedFrame) => void, onTrouble: (code: Trouble) => void): void {
    const [first] = track.frames;
    const aheadS = first ? performance.now() / 1000 - timeOf(first) : 0;
    let next = 0;
    const deliverDue = (): void => {
      for (let bytes; (bytes = track.frames[next]); next++) {
        const timeS = timeOf(bytes) + aheadS;
        const waitMs = timeS * 1000 - performance.now();
        if (this.#isStopped) return;
        if (waitMs > 0) {
          this.#timer = setTimeout(deliverDue, waitMs);
          return;
        }
        this.#pace.note(timeS, 0);
        onFrame(packed(bytes, timeS, track));
      }
      onTrouble("ended");
    };
    this.#timer = setTimeout(deliverDue, 0);
  }
}

function packed(bytes: Uint8Array<ArrayBuffer>, timeS: number, { width, height, light }: Track): PackedFrame {
  const own = bytes.slice(); // a track may be played again
  retimeFrame(own, timeS);
  return { bytes: own, timeS, width, height, light, found: holdsPerson(own), ms: 0 };
}

async function fetchTrack(address: string): Promise<Track | null> {
  try {
    const answer = await fetch(address);
    return answer.ok ? readTrack(await answer.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

/** Read a track; null when the bytes are none. */
export function readTrack(content: ArrayBuffer): Track | null {
  const count = (content.byteLength - HEADER_BYTES) / FRAME_BYTES;
  if (!Number.isInteger(count) || count < 0) return null;
  const header = new DataView(content, 0, HEADER_BYTES);
  if (header.getUint8(0) !== 1) return null;
  const frames = Array.from(
    { length: count },
    (_, index) => new Uint8Array(content, HEADER_BYTES + index * FRAME_BYTES, FRAME_BYTES),
  );
  return { width: header.getUint16(8, true), height: header.getUint16(10, true), light: header.getUint8(2), frames };
}
