/** The coach's voice: only with a voice that lives on this device, so that no sentence leaves it. */

/** What a sentence is for: a newer count replaces an older one, a stop silences everything else. */
export type Urgency = "count" | "normal" | "stop";

interface Sentence {
  readonly text: string;
  readonly urgency: Urgency;
}

const RATE = 0.95;

export class Voice {
  readonly #speech: SpeechSynthesis | null = "speechSynthesis" in globalThis ? speechSynthesis : null;
  readonly #language: string;
  #voice: SpeechSynthesisVoice | null = null;
  #spoken: Sentence | null = null;
  #waiting: Sentence | null = null;
  #isOn = true;

  /** Find a voice for the language; `onReady` is told once there is one. */
  constructor(language: string, onReady: () => void) {
    this.#language = language;
    const find = (): void => {
      const before = this.#voice;
      this.#voice = chooseVoice(this.#speech?.getVoices() ?? [], language);
      if (this.#voice && !before) onReady();
    };
    this.#speech?.addEventListener("voiceschanged", find);
    find();
  }

  get isAvailable(): boolean {
    return this.#voice !== null;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  set isOn(on: boolean) {
    this.#isOn = on;
    if (!on) this.hush();
  }

  say(text: string, urgency: Urgency): void {
    if (!this.#isOn || !this.#voice) return;
    const replacesSpoken = urgency === "stop" || (urgency === "count" && this.#spoken?.urgency === "count");
    if (urgency === "stop") this.#waiting = null;
    if (this.#spoken && !replacesSpoken) {
      if (this.#waiting?.urgency !== "stop") this.#waiting = { text, urgency };
      return;
    }
    this.#begin({ text, urgency });
  }

  hush(): void {
    this.#spoken = this.#waiting = null;
    this.#speech?.cancel();
  }

  #begin(sentence: Sentence): void {
    if (this.#spoken) this.#speech?.cancel();
    this.#spoken = sentence;
    const utterance = new SpeechSynthesisUtterance(sentence.text);
    utterance.voice = this.#voice;
    utterance.lang = this.#voice?.lang ?? this.#language;
    utterance.rate = RATE;
    utterance.onend = utterance.onerror = () => this.#ended(sentence);
    this.#speech?.speak(utterance);
  }

  #ended(sentence: Sentence): void {
    if (this.#spoken !== sentence) return; // something more urgent took its place
    this.#spoken = null;
    const next = this.#waiting;
    this.#waiting = null;
    if (next) this.#begin(next);
  }
}

/** Choose a voice of a language ("en", "zh") that speaks without a network; the device's default first. */
export function chooseVoice(voices: readonly SpeechSynthesisVoice[], language: string): SpeechSynthesisVoice | null {
  const own = voices.filter((voice) => voice.localService && speaks(voice.lang, language));
  return own.find((voice) => voice.default) ?? own[0] ?? null;
}

function speaks(tag: string, language: string): boolean {
  const [spoken = "", ...rest] = tag.toLowerCase().split(/[-_]/);
  if (language === "zh") return (spoken === "zh" && !rest.some((part) => part === "hk")) || spoken === "cmn";
  return spoken === language;
}
