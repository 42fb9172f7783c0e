/** The keyboard: one key for each thing that a person across the room may want. */

export type KeyAction = "pause" | "stop" | "pain" | "mute" | "skip" | "load";

const LETTERS: Readonly<Record<string, KeyAction>> = { s: "stop", p: "pain", m: "mute", n: "skip", l: "load" };
const TYPED_WORD = "stop";
const TYPED_WITHIN_MS = 1500;
const TEXT_FIELDS = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";
const PRESSABLE = "button, a[href], summary, input, [role=button]";

/** What a key is pressed in. */
export interface KeyPress {
  readonly key: string;
  readonly atMs: number;
  /** Whether letters act alone; a person may switch them off. */
  readonly letters: boolean;
}

/** Turns keys into actions; whoever types "stop" gets a stop and not what its other letters mean. */
export class Keys {
  #typed = "";
  #typedMs = -Infinity;

  actionFor({ key, atMs, letters }: KeyPress): KeyAction | null {
    if (key === "Escape") return "stop";
    if (key === " ") return "pause";
    if (!letters || key.length !== 1) return null;
    const letter = key.toLowerCase();
    if (this.#goesOn(letter, atMs)) return null;
    this.#typed = letter === TYPED_WORD[0] ? letter : "";
    this.#typedMs = atMs;
    return LETTERS[letter] ?? null;
  }

  /** Tell whether a letter goes on with the word that is being typed. */
  #goesOn(letter: string, atMs: number): boolean {
    const isNext = this.#typed !== "" && TYPED_WORD[this.#typed.length] === letter;
    if (!isNext || atMs - this.#typedMs > TYPED_WITHIN_MS) return false;
    this.#typed += letter;
    this.#typedMs = atMs;
    return true;
  }
}

/** Follow the page's keys; a key that belongs to a field, a pressed button or an open sheet is left alone. */
export function followKeys(page: Document, lettersAreOn: () => boolean, onAction: (action: KeyAction) => void): void {
  const keys = new Keys();
  page.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (belongsElsewhere(page, event)) return;
    const action = keys.actionFor({ key: event.key, atMs: event.timeStamp, letters: lettersAreOn() });
    if (!action) return;
    event.preventDefault();
    onAction(action);
  });
}

function belongsElsewhere(page: Document, event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest(TEXT_FIELDS)) return true;
  if (event.key === " " && target?.closest(PRESSABLE)) return true;
  return event.key === "Escape" && page.querySelector("dialog[open]") !== null;
}
