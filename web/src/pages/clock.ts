// The clock that leads through a set without a camera: get ready, move out, hold, go back, rest.

type Step = "ready" | "out" | "hold" | "back" | "rest";

interface Words extends Record<Step, string> {
  readonly done: string;
  readonly left: string;
  readonly right: string;
  readonly of: string;
}

interface Beat {
  readonly step: Step;
  readonly seconds: number;
  /** Repetitions done when this beat is over. */
  readonly done: number;
  readonly side: "left" | "right" | null;
}

const TICK_MS = 100;

/** Follow the clock, where a page has one. */
export function followClock(page: Document): void {
  const clock = page.querySelector<HTMLElement>("[data-clock]");
  if (!clock) return;
  clock.hidden = false;
  new SetClock(page, clock).offer();
}

class SetClock {
  readonly #words: Words;
  readonly #beats: readonly Beat[];
  readonly #count: number;
  #at = 0;
  #leftMs = 0;
  #timer = 0;
  readonly #page: Document;
  readonly #clock: HTMLElement;

  constructor(page: Document, clock: HTMLElement) {
    this.#page = page;
    this.#clock = clock;
    this.#words = JSON.parse(clock.dataset.words ?? "{}") as Words;
    this.#count = this.#number("count");
    this.#beats = this.#beatsOf();
  }

  offer(): void {
    const start = this.#part<HTMLButtonElement>("start");
    const pause = this.#part<HTMLButtonElement>("pause");
    start.addEventListener("click", () => {
      if (this.#at >= this.#beats.length || this.#leftMs === 0) this.#begin();
      this.#run(true);
      start.hidden = true;
      pause.hidden = false;
      pause.focus();
    });
    pause.addEventListener("click", () => {
      this.#run(false);
      start.hidden = false;
      pause.hidden = true;
      start.focus();
    });
  }

  #begin(): void {
    this.#at = 0;
    this.#leftMs = 1000 * (this.#beats[0]?.seconds ?? 0);
    this.#show();
    this.#page.querySelector<HTMLInputElement>("[data-clock-by]")?.setAttribute("value", "clock");
  }

  #run(is: boolean): void {
    window.clearInterval(this.#timer);
    if (!is) return;
    let last = performance.now();
    this.#timer = window.setInterval(() => {
      const now = performance.now();
      this.#leftMs -= now - last;
      last = now;
      while (this.#leftMs <= 0 && this.#at < this.#beats.length) this.#next();
      this.#showSeconds();
    }, TICK_MS);
  }

  #next(): void {
    this.#at += 1;
    const beat = this.#beats[this.#at];
    if (beat) this.#leftMs += 1000 * beat.seconds;
    else this.#finish();
    this.#show();
  }

  #finish(): void {
    window.clearInterval(this.#timer);
    this.#leftMs = 0;
    this.#part<HTMLButtonElement>("pause").hidden = true;
    this.#page.querySelector<HTMLButtonElement>("form [type=submit]")?.focus();
  }

  #show(): void {
    const beat = this.#beats[this.#at];
    const side = beat?.side ? ` · ${this.#words[beat.side]}` : "";
    this.#part("word").textContent = beat ? this.#words[beat.step] + side : this.#words.done;
    const done = this.#at === 0 ? 0 : (this.#beats[this.#at - 1]?.done ?? 0);
    this.#part("count").textContent = this.#words.of
      .replace("{done}", String(done))
      .replace("{all}", String(this.#count));
    this.#showSeconds();
  }

  #showSeconds(): void {
    const isOver = this.#at >= this.#beats.length;
    this.#part("number").textContent = isOver ? "✓" : String(Math.max(Math.ceil(this.#leftMs / 1000), 1));
  }

  #beatsOf(): Beat[] {
    const sides: Beat["side"][] = this.#number("sides") === 2 ? ["left", "right"] : [null];
    const beats: Beat[] = [{ step: "ready", seconds: this.#number("ready"), done: 0, side: null }];
    for (let number = 1; number <= this.#count; number += 1) {
      for (const side of sides) {
        const isLast = side === sides[sides.length - 1];
        const before = number - 1;
        beats.push({ step: "out", seconds: this.#number("out"), done: before, side });
        if (this.#number("hold") > 0) {
          beats.push({ step: "hold", seconds: this.#number("hold"), done: before, side });
        }
        beats.push({ step: "back", seconds: this.#number("back"), done: isLast ? number : before, side });
        beats.push({ step: "rest", seconds: this.#number("rest"), done: isLast ? number : before, side: null });
      }
    }
    beats.pop(); // after the last one the set is over
    return beats;
  }

  #number(name: string): number {
    return Number(this.#clock.dataset[name] ?? "0");
  }

  #part<T extends HTMLElement = HTMLElement>(name: string): T {
    const found = this.#clock.querySelector<T>(`[data-clock-${name}]`);
    if (!found) throw new Error(`the clock lacks its ${name}`);
    return found;
  }
}
