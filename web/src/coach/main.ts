/** The live coach's page: joins the source of landmarks, the link to the server and what is shown and heard. */

import "../styles/coach.css";
import { CameraSource } from "../pose/camera_source.ts";
import { SimulatedSource } from "../pose/simulated_source.ts";
import type { PoseSource, Trouble } from "../pose/source.ts";
import { Announcer } from "./announce.ts";
import { fill, readBlock, type CoachData, type Told, type Words } from "./data.ts";
import { need } from "./dial.ts";
import { followKeys, type KeyAction } from "./keys.ts";
import { Link, namePage, type Clock, type Ending, type Listener } from "./link.ts";
import { StopWord } from "./listen.ts";
import { Picture } from "./picture.ts";
import type { Change, CoachEvent, Command, Stage, State } from "./protocol.ts";
import { Settings, type Setting } from "./settings.ts";
import { PainSheet, Sheet, StopSheet, type Tapped } from "./sheets.ts";
import { Sound } from "./sound.ts";
import { Troubles } from "./troubles.ts";
import { View } from "./view.ts";
import { keepScreenOn } from "./wake.ts";

const SHOW_DONE_MS = 2500;
const NOTE_MS = 2500;

/** Stages in which the person gets into place. */
const GUIDED: ReadonlySet<Stage> = new Set<Stage>(["frame", "ready", "paused"]);

const CLOCK: Clock = {
  now: () => performance.now() / 1000,
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

class Coach implements Listener {
  readonly #data = readBlock<CoachData>(document, "coach-data");
  readonly #words = readBlock<Words>(document, "coach-words");
  readonly #view = new View(document, this.#data, this.#words);
  readonly #picture = new Picture(
    need(document, "screen"),
    need(document, "figure") as HTMLCanvasElement,
    need(document, "guide"),
  );
  readonly #sound = new Sound(document, this.#data.language);
  readonly #announcer = new Announcer(need(document, "said"), need(document, "warned"));
  readonly #painSheet = new PainSheet(document, (tapped) => this.#reportPain(tapped));
  readonly #helpSheet = new Sheet(document, "help-sheet");
  readonly #stopSheet = new StopSheet(document);
  readonly #settings = new Settings(document, (setting, on) => this.#follow(setting, on));
  readonly #troubles = new Troubles(document, need(document, "main"), {
    again: () => void this.#begin(),
    finish: () => this.#do("finish"),
  });
  readonly #link: Link;
  #source: PoseSource | null = null;
  #state: State | null = null;
  /** Whether a stop was asked for that the server has not confirmed yet: it shows at once. */
  #isStopAsked = false;
  #noteTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    const batch = Number(new URLSearchParams(location.search).get("batch")) || 1;
    const address = new URL(this.#data.socket, location.href.replace(/^http/, "ws"));
    this.#link = new Link(() => new WebSocket(address), this, CLOCK, namePage(), batch);
    this.#sound.follow(this.#settings);
    this.#picture.showVideo(this.#settings.isOn("picture"));
    this.#connectControls();
    keepScreenOn();
    void this.#offerListening();
    void this.#begin();
  }

  // ------------------------------------------------------------------------------------------ from the server

  onState(state: State): void {
    const before = this.#state;
    this.#state = state;
    if (state.stage === "stopped" || state.stage === "done") this.#isStopAsked = false;
    this.#view.showState(state);
    this.#picture.guide(GUIDED.has(state.stage));
    const isSameStop = before?.stage === "stopped" && before.reason === state.reason && before.final === state.final;
    if (state.stage === "stopped" && !isSameStop) this.#view.showStop(this.#whyStopped(state), state.final ?? false);
    this.#stopSheet.show(state.stage === "stopped" || this.#isStopAsked);
    if (state.done) this.#finish();
  }

  onChange({ state, events }: Change, ageS: number): void {
    this.onState(state);
    for (const event of events) this.#tell(event, ageS);
  }

  onAnswer(answer: Parameters<Listener["onAnswer"]>[0]): void {
    this.#view.showAnswer(answer);
  }

  onLost(): void {
    this.#note(this.#words.lost);
  }

  onFound(): void {
    this.#note(this.#words.found, NOTE_MS);
  }

  onEnd(ending: Ending): void {
    if (ending === "over") {
      location.assign(this.#data.urls.result);
      return;
    }
    this.#source?.stop();
    this.#picture.end();
    for (const sheet of document.querySelectorAll<HTMLDialogElement>("dialog[open]")) sheet.close(); // nothing on it works
    this.#troubles.show(ending);
  }

  #tell(event: CoachEvent, ageS: number): void {
    this.#sound.tell(event, ageS);
    if (event.kind === "repetition") this.#tellRepetition(event);
    else if (event.kind === "cue") this.#correct(event);
    else if (event.kind === "stage" && event.code === undefined) this.#tellStage(event);
    else if (event.say) this.#announcer.say(event.say);
  }

  #tellRepetition({ counted, side, tone }: CoachEvent): void {
    if (!counted) return;
    this.#announcer.say(this.#view.countInWords(side ?? null));
    if (tone !== "count") return;
    this.#view.nod();
    this.#view.correct(null);
    this.#picture.point(null);
  }

  #correct({ say, code }: CoachEvent): void {
    this.#view.correct(say);
    this.#picture.point(code ?? null);
    if (say) this.#announcer.say(say);
  }

  #tellStage({ say, tone }: CoachEvent): void {
    this.#picture.point(null);
    if (!say) return;
    if (tone === "stop") this.#tellStop(say);
    else this.#announcer.say(say);
  }

  /** Write the very sentence that is spoken where it names what to change. */
  #tellStop(say: string): void {
    this.#announcer.warn(say);
    const state = this.#state;
    if (state?.stage !== "stopped" || state.final || !this.#isFault(state.reason)) return;
    this.#view.showStop({ ...this.#whyStopped(state), title: say }, false);
  }

  #isFault(reason: string | null): reason is string {
    return reason !== null && !["asked", "gesture", "pain"].includes(reason);
  }

  #whyStopped({ reason, final: isFinal }: State): Told {
    const { asked, gesture, pain, fault, final } = this.#words.stopped;
    if (reason === "pain") return pain;
    if (isFinal) return final;
    if (reason === "gesture") return gesture;
    if (!this.#isFault(reason)) return asked;
    return { title: fault.title, text: `${this.#data.faults?.[reason] ?? ""} ${fault.text}`.trim() };
  }

  #finish(): void {
    this.#source?.stop();
    this.#link.close();
    setTimeout(() => location.assign(this.#data.urls.result), SHOW_DONE_MS);
  }

  // ------------------------------------------------------------------------------------------- the landmarks

  async #begin(): Promise<void> {
    this.#source?.stop();
    this.#picture.end();
    const poses = makeSource(this.#data);
    this.#source = poses;
    const size = await poses.start(
      (frame) => {
        this.#link.take(frame);
        this.#picture.show(frame);
      },
      (trouble) => this.#trouble(trouble),
    );
    if (size && this.#source === poses) this.#picture.begin(size, poses.video);
  }

  #trouble(code: Trouble): void {
    if (this.#state?.done) return;
    if (code === "too_slow" || code === "muted") this.#note(this.#words[code], 3 * NOTE_MS);
    else this.#troubles.show(code);
  }

  #note(text: string, forMs?: number): void {
    clearTimeout(this.#noteTimer);
    this.#view.note(text);
    if (forMs !== undefined) this.#noteTimer = setTimeout(() => this.#view.note(null), forMs);
  }

  // ------------------------------------------------------------------------------------------ from the person

  #connectControls(): void {
    const on = (id: string, act: () => void): void => {
      need(document, id).addEventListener("click", (event) => {
        act();
        // the space bar shall pause, not press again what was tapped last
        if (event.detail > 0 && event.currentTarget instanceof HTMLElement) event.currentTarget.blur();
      });
    };
    on("start", () => this.#do("start"));
    on("pause", () => this.#act("pause"));
    on("stop", () => this.#act("stop"));
    on("pain", () => this.#act("pain"));
    on("skip", () => this.#act("skip"));
    on("resume", () => this.#resume());
    on("finish", () => this.#do("finish"));
    on("stop-pain", () => this.#act("pain"));
    on("open-help", () => this.#helpSheet.open());
    for (const button of document.querySelectorAll("[data-screen]")) {
      button.addEventListener("click", () => void fillScreen());
    }
    followKeys(document, () => this.#settings.isOn("letters"), (action) => this.#act(action));
    addEventListener("beforeunload", (event) => {
      if (this.#isSetRunning) event.preventDefault();
    });
  }

  get #isSetRunning(): boolean {
    return ["ready", "exercise", "rest", "paused"].includes(this.#state?.stage ?? "");
  }

  #act(action: KeyAction): void {
    if (action === "stop") this.#stop();
    else if (action === "pause") this.#do(this.#view.stage === "paused" ? "resume" : "pause");
    else if (action === "skip") this.#do("skip_rest");
    else if (action === "pain") this.#painSheet.open();
    else if (action === "load") this.#view.toggleLoad();
    else this.#mute();
  }

  #do(what: Exclude<Command["do"], "pain">): void {
    this.#link.command({ do: what });
  }

  #stop(): void {
    const stage = this.#view.stage;
    if (stage === "stopped" || stage === "done" || this.#isStopAsked) return;
    this.#isStopAsked = true;
    this.#helpSheet.close();
    this.#view.showStop(this.#words.stopped.asked, false);
    this.#stopSheet.show(true);
    this.#do("stop");
  }

  #resume(): void {
    this.#isStopAsked = false;
    this.#stopSheet.show(false);
    this.#do("resume");
  }

  #mute(): void {
    const isSilent = !this.#settings.isOn("voice") && !this.#settings.isOn("tones");
    this.#settings.set("voice", isSilent);
    this.#settings.set("tones", isSilent);
  }

  /** Send what was tapped; what was not is as it was told before. */
  #reportPain({ back, leg }: Tapped): void {
    const told = this.#state?.pain;
    const pain = { back: back ?? told?.back ?? 0, leg: leg ?? told?.leg ?? 0 };
    this.#link.command({ do: "pain", ...pain });
    this.#note(fill(this.#words.pain_noted, pain), NOTE_MS);
  }

  #follow(setting: Setting, on: boolean): void {
    if (setting === "picture") this.#picture.showVideo(on);
    else this.#sound.follow(this.#settings);
  }

  async #offerListening(): Promise<void> {
    const stopWord = await StopWord.find(this.#data.language, () => this.#stop());
    if (!stopWord) return;
    need(document, "no-listen").hidden = true;
    const button = need(document, "listen");
    button.hidden = false;
    button.addEventListener("click", () => {
      if (stopWord.isListening) stopWord.stop();
      else stopWord.start();
      button.setAttribute("aria-pressed", String(stopWord.isListening));
    });
  }
}

function makeSource({ source, simulated, models, wasm }: CoachData): PoseSource {
  if (source === "simulated") return new SimulatedSource(simulated);
  const whole = (address: string): string => new URL(address, location.href).href; // the worker has no page to start from
  return new CameraSource({
    loader: whole(`${wasm}/vision_wasm_internal.js`),
    wasm: whole(`${wasm}/vision_wasm_internal.wasm`),
    models: { full: whole(models.full), lite: whole(models.lite) },
  });
}

/** Fill the screen, or leave it again; there the Escape key still stops, where the browser lets it. */
async function fillScreen(): Promise<void> {
  if (document.fullscreenElement) {
    await document.exitFullscreen();
    return;
  }
  await document.documentElement.requestFullscreen();
  const keyboard = (navigator as { keyboard?: { lock(keys: string[]): Promise<void> } }).keyboard;
  await keyboard?.lock(["Escape"]).catch(() => undefined);
}

new Coach();
