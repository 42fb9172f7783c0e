/** Short soft tones, a different one for each thing that happens; made by the browser, no files. */

import type { Tone } from "./protocol.ts";

/** One note: its pitch, when it begins, how long it fades. */
interface Note {
  readonly hz: number;
  readonly atS: number;
  readonly lastsS: number;
}

const LOUDNESS = 0.22;
const ATTACK_S = 0.012;
const SILENCE = 0.0001; // exponential fades cannot reach 0

const MELODIES: Readonly<Record<Tone, readonly Note[]>> = {
  tick: [{ hz: 660, atS: 0, lastsS: 0.12 }],
  ready: [
    { hz: 660, atS: 0, lastsS: 0.16 },
    { hz: 990, atS: 0.14, lastsS: 0.4 },
  ],
  count: [{ hz: 880, atS: 0, lastsS: 0.22 }],
  hold_start: [
    { hz: 440, atS: 0, lastsS: 0.2 },
    { hz: 554, atS: 0.1, lastsS: 0.3 },
  ],
  hold_end: [
    { hz: 554, atS: 0, lastsS: 0.2 },
    { hz: 440, atS: 0.12, lastsS: 0.4 },
  ],
  correction: [
    { hz: 392, atS: 0, lastsS: 0.18 },
    { hz: 392, atS: 0.2, lastsS: 0.28 },
  ],
  stop: [
    { hz: 311, atS: 0, lastsS: 0.28 },
    { hz: 247, atS: 0.24, lastsS: 0.28 },
    { hz: 196, atS: 0.48, lastsS: 0.6 },
  ],
  done: [
    { hz: 523, atS: 0, lastsS: 0.22 },
    { hz: 659, atS: 0.14, lastsS: 0.22 },
    { hz: 784, atS: 0.28, lastsS: 0.6 },
  ],
};

export class Tones {
  readonly #context = "AudioContext" in globalThis ? new AudioContext() : null;
  isOn = true;

  /** Whether the browser waits for a tap before it sounds anything. */
  get waitsForTap(): boolean {
    return this.#context?.state === "suspended";
  }

  /** Begin to sound, where the browser takes what the person just did for a wish to hear something: not the Escape key. */
  async wake(): Promise<void> {
    const isWished = navigator.userActivation?.isActive ?? true;
    if (this.waitsForTap && isWished) await this.#context?.resume();
  }

  play(tone: Tone): void {
    const context = this.#context;
    if (!this.isOn || context?.state !== "running") return;
    for (const note of MELODIES[tone] ?? []) sound(context, note);
  }
}

function sound(context: AudioContext, { hz, atS, lastsS }: Note): void {
  const beginS = context.currentTime + atS;
  const volume = context.createGain();
  volume.gain.setValueAtTime(SILENCE, beginS);
  volume.gain.exponentialRampToValueAtTime(LOUDNESS, beginS + ATTACK_S);
  volume.gain.exponentialRampToValueAtTime(SILENCE, beginS + lastsS);
  volume.connect(context.destination);
  const string = context.createOscillator();
  string.type = "triangle";
  string.frequency.value = hz;
  string.connect(volume);
  string.start(beginS);
  string.stop(beginS + lastsS);
}
