// Light, dark or as the device has it: remembered in this browser, applied before the page is painted.

const KEY = "openlumbar.theme";
const NAMED = ["light", "dark"];

/** Apply the remembered choice, and follow the switch in the footer once it is there. */
export function followTheme(page: Document): void {
  apply(page, remembered());
  page.addEventListener("DOMContentLoaded", () => offerChoice(page));
}

function offerChoice(page: Document): void {
  for (const group of page.querySelectorAll<HTMLElement>("[data-themes]")) {
    const chosen = remembered();
    for (const input of group.querySelectorAll("input")) {
      input.checked = input.value === chosen;
      input.addEventListener("change", () => choose(page, input.value));
    }
    group.hidden = false;
  }
}

function choose(page: Document, theme: string): void {
  apply(page, theme);
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A browser that keeps nothing still shows the choice on this page.
  }
}

function apply(page: Document, theme: string): void {
  if (NAMED.includes(theme)) page.documentElement.dataset.theme = theme;
  else delete page.documentElement.dataset.theme;
}

function remembered(): string {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}
