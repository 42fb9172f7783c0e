/** What the person switched on and off: remembered in this browser, shown by every switch of that name. */

const PREFIX = "openlumbar.coach.";

export type Setting = "voice" | "tones" | "picture" | "letters";

export class Settings {
  readonly #switches: readonly HTMLButtonElement[];
  readonly #onChange: (setting: Setting, on: boolean) => void;

  /** Follow the page's switches (`data-setting`); all are on until they are switched off. */
  constructor(page: Document, onChange: (setting: Setting, on: boolean) => void) {
    this.#switches = [...page.querySelectorAll<HTMLButtonElement>("button[data-setting]")];
    this.#onChange = onChange;
    for (const button of this.#switches) {
      const setting = button.dataset.setting as Setting;
      button.addEventListener("click", () => this.set(setting, !this.isOn(setting)));
      button.setAttribute("aria-pressed", String(this.isOn(setting)));
    }
  }

  isOn(setting: Setting): boolean {
    try {
      return localStorage.getItem(PREFIX + setting) !== "off";
    } catch {
      return this.#shown(setting);
    }
  }

  set(setting: Setting, on: boolean): void {
    for (const button of this.#switches) {
      if (button.dataset.setting === setting) button.setAttribute("aria-pressed", String(on));
    }
    try {
      localStorage.setItem(PREFIX + setting, on ? "on" : "off");
    } catch {
      // A browser that keeps nothing still has the switches of this page.
    }
    this.#onChange(setting, on);
  }

  #shown(setting: Setting): boolean {
    const button = this.#switches.find((one) => one.dataset.setting === setting);
    return button?.getAttribute("aria-pressed") !== "false";
  }
}
