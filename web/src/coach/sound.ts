/** Plays and says what happens, while it is news. */

import { need } from "./dial.ts";
import type { CoachEvent } from "./protocol.ts";
import type { Settings } from "./settings.ts";
import { Tones } from "./tones.ts";
import { Voice, type Urgency } from "./voice.ts";

const NEWS_S = 2;

export class Sound {
  readonly #tones = new Tones();
  readonly #voice: Voice;
  readonly #wakeButton: HTMLElement;

  constructor(page: Document, language: string) {
    const noVoice = need(page, "no-voice");
    this.#voice = new Voice(language, () => (noVoice.hidden = true));
    noVoice.hidden = this.#voice.isAvailable;
    this.#wakeButton = need(page, "wake-sound");
    this.#wakeButton.addEventListener("click", () => void this.#wake());
    for (const kind of ["pointerup", "keydown"]) page.addEventListener(kind, () => void this.#wake());
    this.#offerWaking();
  }

  /** Follow what the person switched on and off. */
  follow(settings: Settings): void {
    this.#voice.isOn = settings.isOn("voice");
    this.#tones.isOn = settings.isOn("tones");
    this.#offerWaking();
  }

  /** Play and say an event, unless it is `ageS` old and no news any more. */
  tell(event: CoachEvent, ageS: number): void {
    if (ageS > NEWS_S) return;
    if (event.tone) this.#tones.play(event.tone);
    if (event.say) this.#voice.say(event.say, urgencyOf(event));
  }

  async #wake(): Promise<void> {
    await this.#tones.wake();
    this.#offerWaking();
  }

  #offerWaking(): void {
    this.#wakeButton.hidden = !(this.#tones.isOn && this.#tones.waitsForTap);
  }
}

function urgencyOf({ kind, tone }: CoachEvent): Urgency {
  if (tone === "stop") return "stop";
  return kind === "repetition" || kind === "tick" ? "count" : "normal";
}
