// Answers what is tapped in a notification; it sees no page's requests and keeps nothing.

interface Tapped extends Event {
  readonly action: string;
  readonly notification: Notification;
  waitUntil(work: Promise<unknown>): void;
}

interface Worker {
  addEventListener(kind: "notificationclick", listener: (event: Tapped) => void): void;
  addEventListener(kind: "install", listener: () => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: {
    matchAll(wish: { type: "window"; includeUncontrolled: true }): Promise<readonly Page[]>;
    openWindow(address: string): Promise<unknown>;
  };
}

interface Page {
  readonly url: string;
  postMessage(message: string): void;
  focus(): Promise<unknown>;
  navigate?(address: string): Promise<unknown>;
}

const worker = self as unknown as Worker;

worker.addEventListener("install", () => void worker.skipWaiting());
worker.addEventListener("notificationclick", (event) => {
  const { notification, action } = event;
  notification.close();
  const told = notification.data as { id: string; page: string };
  event.waitUntil(action ? answer(told.id, action) : show(told.page));
});

async function answer(reminder: string, said: string): Promise<void> {
  const headers = { accept: "application/json" };
  const body = new URLSearchParams({ reminder, said });
  await fetch("/reminders/answer", { method: "POST", headers, body });
  for (const page of await pages()) page.postMessage("answered");
}

async function show(address: string): Promise<void> {
  const open = (await pages()).find((page) => new URL(page.url).pathname === address);
  await (open ? open.focus() : worker.clients.openWindow(address));
}

function pages(): Promise<readonly Page[]> {
  return worker.clients.matchAll({ type: "window", includeUncontrolled: true });
}
