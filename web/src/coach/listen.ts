/** Listens for the word "stop", only where the browser recognises speech on the device itself: sound never leaves it. */

interface Recognition extends EventTarget {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  processLocally: boolean;
  start(): void;
  abort(): void;
}

interface RecognitionKind {
  new (): Recognition;
  available?(wanted: { langs: string[]; processLocally: true }): Promise<string>;
}

interface Heard extends Event {
  readonly results: ArrayLike<ArrayLike<{ readonly transcript: string }>>;
}

const TAGS = { en: "en-US", zh: "zh-CN" } as const;
const STOP_WORDS = { en: /\b(stop|halt)\b/i, zh: /停/ } as const;
const RESTART_MS = 300;

export class StopWord {
  readonly #language: keyof typeof TAGS;
  readonly #onStop: () => void;
  #recognition: Recognition | null = null;

  private constructor(language: keyof typeof TAGS, onStop: () => void) {
    this.#language = language;
    this.#onStop = onStop;
  }

  /** Return a listener; null where recognition on this device cannot be assured. */
  static async find(language: keyof typeof TAGS, onStop: () => void): Promise<StopWord | null> {
    const kind = recognitionKind();
    if (!kind?.available || !("processLocally" in kind.prototype)) return null;
    try {
      const found = await kind.available({ langs: [TAGS[language]], processLocally: true });
      return found === "available" ? new StopWord(language, onStop) : null;
    } catch {
      return null;
    }
  }

  get isListening(): boolean {
    return this.#recognition !== null;
  }

  start(): void {
    const kind = recognitionKind();
    if (!kind || this.#recognition) return;
    const recognition = new kind();
    this.#recognition = recognition;
    recognition.lang = TAGS[this.#language];
    recognition.continuous = true;
    recognition.interimResults = true;
    recognition.processLocally = true;
    recognition.addEventListener("result", (event) => this.#hear(event as Heard));
    // browsers end a recognition after a silence
    recognition.addEventListener("end", () => setTimeout(() => this.#restart(recognition), RESTART_MS));
    recognition.addEventListener("error", (event) => this.#failed(event as Event & { error: string }));
    recognition.start();
  }

  stop(): void {
    this.#recognition?.abort();
    this.#recognition = null;
  }

  #hear({ results }: Heard): void {
    const newest = results[results.length - 1];
    if (newest?.[0] && STOP_WORDS[this.#language].test(newest[0].transcript)) this.#onStop();
  }

  #restart(recognition: Recognition): void {
    if (this.#recognition === recognition) recognition.start();
  }

  #failed({ error }: { error: string }): void {
    if (error !== "no-speech" && error !== "aborted") this.stop();
  }
}

function recognitionKind(): RecognitionKind | undefined {
  return (globalThis as { SpeechRecognition?: RecognitionKind }).SpeechRecognition;
}
