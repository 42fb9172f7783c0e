// Notifications of the browser: asked for with a tap, shown while a page is open, again until somebody answers.
//
// The server decides what is open and how often it has rung, quiet hours included; a ring is shown once in this browser,
// however many pages are open. What is tapped in a notification is answered by a worker, so that it needs no page.

const WANTED = "openlumbar.notifications";
const SHOWN = "openlumbar.rang";
const WORKER = "/reminders/worker.js";
const OPEN = "/reminders/open.json";

const LONGEST_WAIT_MS = 60_000;
const SHORTEST_WAIT_MS = 2_000;

interface Waiting {
  readonly id: string;
  readonly title: string;
  readonly rang: number;
  readonly answers: readonly { readonly said: string; readonly label: string }[];
  readonly page: string;
}

interface Told {
  readonly open: readonly Waiting[];
  readonly seconds_to_next: number | null;
}

type State = "off" | "on" | "denied" | "missing";

/** Show notifications where they were asked for, and the switch for them where a page has it. */
export function followReminders(page: Document): void {
  const ringing = new Ringing(page);
  const box = page.querySelector<HTMLElement>("[data-notify]");
  if (box) offerSwitch(box, ringing);
  if (stateNow() === "on") void ringing.start();
}

function offerSwitch(box: HTMLElement, ringing: Ringing): void {
  const on = box.querySelector<HTMLButtonElement>("[data-notify-on]");
  const off = box.querySelector<HTMLButtonElement>("[data-notify-off]");
  const show = (): void => {
    const state = stateNow();
    for (const words of box.querySelectorAll<HTMLElement>("[data-notify-state]")) {
      words.hidden = words.dataset.notifyState !== state;
    }
    if (on) on.hidden = state !== "off";
    if (off) off.hidden = state !== "on";
  };
  on?.addEventListener("click", async () => {
    remember(WANTED, (await Notification.requestPermission()) === "granted" ? "yes" : "no");
    show();
    (off?.hidden === false ? off : box).focus();
    if (stateNow() === "on") void ringing.start();
  });
  off?.addEventListener("click", () => {
    remember(WANTED, "no");
    ringing.stop();
    show();
    on?.focus();
  });
  show();
  box.hidden = false;
}

function stateNow(): State {
  if (!("Notification" in globalThis) || !("serviceWorker" in navigator)) return "missing";
  if (Notification.permission === "denied") return "denied";
  return Notification.permission === "granted" && remembered(WANTED) === "yes" ? "on" : "off";
}

class Ringing {
  private timer = 0;
  private isOn = false;
  private worker: ServiceWorkerRegistration | null = null;

  private readonly page: Document;

  constructor(page: Document) {
    this.page = page;
    page.addEventListener("visibilitychange", () => void this.look());
    navigator.serviceWorker?.addEventListener("message", () => void this.look());
  }

  async start(): Promise<void> {
    if (this.isOn) return;
    this.isOn = true;
    this.worker = await navigator.serviceWorker.register(WORKER);
    await this.look();
  }

  stop(): void {
    this.isOn = false;
    clearTimeout(this.timer);
    void this.closeOthers([]);
  }

  /** Ask what is open, ring what has not rung yet, and come back when the next one is due. */
  private async look(): Promise<void> {
    if (!this.isOn) return;
    clearTimeout(this.timer);
    const told = await ask();
    if (told) {
      const rang = rungBefore();
      for (const waiting of told.open) {
        if (rang[waiting.id] !== waiting.rang) await this.ring(waiting);
      }
      remember(SHOWN, JSON.stringify(Object.fromEntries(told.open.map((one) => [one.id, one.rang]))));
      await this.closeOthers(told.open);
      clearAnswered(this.page, told.open);
    }
    const wait = Math.max(SHORTEST_WAIT_MS, (told?.seconds_to_next ?? Number.POSITIVE_INFINITY) * 1000);
    if (this.isOn) this.timer = window.setTimeout(() => void this.look(), Math.min(wait, LONGEST_WAIT_MS));
  }

  private async ring(waiting: Waiting): Promise<void> {
    const registration = await this.ready();
    await registration?.showNotification(waiting.title, {
      tag: waiting.id,
      data: { id: waiting.id, page: waiting.page },
      requireInteraction: true,
      // not in the library's types yet: ring again for the same tag, and buttons
      ...{ renotify: true, actions: waiting.answers.map((one) => ({ action: one.said, title: one.label })) },
    });
  }

  private async closeOthers(open: readonly Waiting[]): Promise<void> {
    const ids = new Set(open.map((one) => one.id));
    for (const shown of (await this.worker?.getNotifications()) ?? []) if (!ids.has(shown.tag)) shown.close();
  }

  /** A notification needs a worker that is active, which takes a moment the first time. */
  private async ready(): Promise<ServiceWorkerRegistration | null> {
    const starting = this.worker?.installing ?? this.worker?.waiting;
    if (this.worker?.active || !starting) return this.worker;
    await new Promise<void>((done) => {
      starting.addEventListener("statechange", () => {
        if (this.worker?.active || starting.state === "redundant") done();
      });
    });
    return this.worker;
  }
}

/** Take off the page what was answered in a notification meanwhile. */
function clearAnswered(page: Document, open: readonly Waiting[]): void {
  const ids = new Set(open.map((one) => one.id));
  for (const form of page.querySelectorAll<HTMLElement>("[data-reminder^='medicine/'], [data-reminder^='exercise/']")) {
    if (!ids.has(form.dataset.reminder ?? "")) form.closest("li")?.remove();
  }
}

async function ask(): Promise<Told | null> {
  try {
    const answer = await fetch(OPEN, { headers: { accept: "application/json" } });
    return answer.ok ? ((await answer.json()) as Told) : null;
  } catch {
    return null; // the program is closed, or the network is away: ask again later
  }
}

function rungBefore(): Record<string, number> {
  try {
    return JSON.parse(remembered(SHOWN)) as Record<string, number>;
  } catch {
    return {};
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing forgets the choice with the page.
  }
}

function remembered(key: string): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}
