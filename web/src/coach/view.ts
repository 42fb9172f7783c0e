/** What the page shows of the session: the stage, the numbers, the words. It decides nothing. */

import { fill, type CoachData, type Told, type Words } from "./data.ts";
import { Dial, need, setText } from "./dial.ts";
import { Gauge } from "./gauge.ts";
import { LoadGauge } from "./load_gauge.ts";
import type { Answer, Stage, State } from "./protocol.ts";

const CORRECTION_MS = 7000;

export class View {
  readonly #page: Document;
  readonly #data: CoachData;
  readonly #words: Words;
  readonly #main: HTMLElement;
  readonly #dial: Dial;
  readonly #gauge: Gauge;
  readonly #loadGauge: LoadGauge;
  readonly #correction: HTMLElement;
  readonly #hand: HTMLElement;
  #state: State | null = null;
  #correctionTimer: ReturnType<typeof setTimeout> | undefined;
  #handShare = 0;

  constructor(page: Document, data: CoachData, words: Words) {
    this.#page = page;
    this.#data = data;
    this.#words = words;
    this.#main = need(page, "main");
    this.#dial = new Dial(page);
    this.#gauge = new Gauge(need(page, "gauge"), data.exercise);
    this.#loadGauge = new LoadGauge(page, words.load);
    this.#correction = need(page, "correction");
    this.#hand = need(page, "hand");
  }

  get stage(): Stage {
    return this.#state?.stage ?? "frame";
  }

  /** Show where the session stands. */
  showState(state: State): void {
    const before = this.#state;
    this.#state = state;
    if (state.stage !== before?.stage) this.#changeStage(state.stage);
    const isReady = state.advice === "ok" || state.stage === "ready";
    need(this.#page, "guide").classList.toggle("ok", isReady);
    setText(need(this.#page, "advice"), this.#words.advice[state.advice]);
    this.#showSet(state);
    this.#showAside(state);
    this.#showSides(state);
    if (state.load_limit !== undefined) this.#loadGauge.limitTo(state.load_limit);
    if (state.stage === "exercise" || state.stage === "paused") this.#showCount(state);
  }

  /** Show where the movement is: called for each frame, writes only what has changed. */
  showAnswer(answer: Answer): void {
    this.#gauge.show(answer.phase === "unseen" ? null : answer.value);
    this.#loadGauge.show(answer.load);
    this.#showHand(answer.gesture);
    const state = this.#state;
    if (!state || answer.stage !== state.stage) return;
    if (state.stage === "ready") this.#dial.runDown(answer.clockS, this.#words.ready);
    else if (state.stage === "rest") this.#dial.runDown(answer.clockS, this.#words.rest);
    else if (state.stage === "exercise") this.#showHold(state, answer.holdS);
  }

  /** Show the one thing to correct; null takes it away. */
  correct(text: string | null): void {
    clearTimeout(this.#correctionTimer);
    this.#correction.hidden = text === null;
    need(this.#page, "line").classList.toggle("correcting", text !== null);
    if (text === null) return;
    setText(this.#correction, text);
    this.#correctionTimer = setTimeout(() => this.correct(null), CORRECTION_MS);
  }

  /** Give a repetition that was done well its quiet sign. */
  nod(): void {
    this.#dial.nod();
  }

  /** Say something about the connection or the camera, quietly; null takes it away. */
  note(text: string | null): void {
    const note = need(this.#page, "note");
    setText(note, text ?? "");
    note.hidden = text === null;
  }

  /** Write why it stopped, and what to do. */
  showStop({ title, text }: Told, isFinal: boolean): void {
    setText(need(this.#page, "stop-title"), title);
    setText(need(this.#page, "stop-text"), text);
    need(this.#page, "resume").hidden = isFinal;
  }

  /** Say what is counted, for a screen reader. */
  countInWords(side: "left" | "right" | null): string {
    const state = this.#state;
    if (!state) return "";
    const words = this.#words;
    if (side === "left") return fill(words.counted_left, { count: state.left ?? 0, goal: state.goal });
    if (side === "right") return fill(words.counted_right, { count: state.right ?? 0, goal: state.goal });
    return fill(words.counted, { count: state.count, goal: state.goal });
  }

  #changeStage(stage: Stage): void {
    this.#main.dataset.stage = stage;
    this.#dial.windUp();
    if (stage === "ready" || stage === "rest") this.#dial.show("", "", 0);
    if (stage !== "exercise") this.correct(null);
    setText(need(this.#page, "pause-word"), stage === "paused" ? this.#words.go_on : this.#words.pause);
    for (const panel of this.#page.querySelectorAll<HTMLElement>(".panel > .stage")) {
      const stages = panel.dataset.for?.split(" ") ?? [];
      panel.hidden = !stages.includes(stage) && !(stage === "stopped" && stages.includes("exercise"));
    }
    this.#keepFocus();
  }

  /** Whoever stood on something that is gone goes on from the top of the session. */
  #keepFocus(): void {
    const focused = this.#page.activeElement;
    const isGone = focused instanceof HTMLElement && focused !== this.#page.body && focused.offsetParent === null;
    if (isGone && !focused.closest("dialog")) this.#main.focus({ preventScroll: true });
  }

  #showSet({ set, sets }: State): void {
    const element = need(this.#page, "set");
    element.hidden = sets < 2;
    setText(element, fill(this.#words.set, { set, sets }));
  }

  #showAside({ stage, reason, advice }: State): void {
    const aside = need(this.#page, "aside");
    aside.hidden = stage !== "paused";
    if (stage !== "paused") return;
    const isAway = reason === "left";
    const { asked, left } = this.#words.paused;
    setText(aside, isAway ? (advice === "ok" ? left : this.#words.advice[advice]) : asked);
  }

  #showSides({ left, right }: State): void {
    if (left === null || right === null || !this.#data.exercise.two_sided) return;
    setText(need(this.#page, "left"), String(left));
    setText(need(this.#page, "right"), String(right));
  }

  #showCount(state: State): void {
    const goal = this.#wholeGoal(state);
    this.#dial.show(String(state.count), fill(this.#words.of_goal, { goal }), this.#countShare(state));
  }

  #showHold(state: State, holdS: number): void {
    const goalS = state.hold_goal_s;
    if (holdS <= 0 || goalS <= 0) {
      this.#showCount(state);
      return;
    }
    const words = this.#words;
    const done = fill(words.done_so_far, { count: state.count });
    this.#dial.show(String(Math.floor(holdS)), fill(words.held, { goal: goalS }), holdS / goalS, done);
  }

  /** An exercise with holds keeps its ring for them. */
  #countShare(state: State): number {
    return state.hold_goal_s > 0 ? 0 : state.count / Math.max(this.#wholeGoal(state), 1);
  }

  #wholeGoal({ goal, left }: State): number {
    const { two_sided: isTwoSided, per_side: isPerSide = isTwoSided } = this.#data.exercise;
    return isPerSide && left !== null ? 2 * goal : goal;
  }

  #showHand(share: number): void {
    const rounded = Math.round(share * 50) / 50;
    if (rounded === this.#handShare) return;
    this.#handShare = rounded;
    this.#hand.hidden = rounded < 0.1;
    this.#hand.style.setProperty("--share", String(rounded));
  }
}
