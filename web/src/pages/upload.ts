// Sends a recording with a bar that fills; without this the form works too, and shows nothing while it sends.

const TAKEN = 201;

/** Follow the form that gives a recording, where a page has it. */
export function followUpload(page: Document): void {
  const form = page.querySelector<HTMLFormElement>("form[data-upload]");
  const input = form?.querySelector<HTMLInputElement>("input[type=file]");
  if (!form || !input) return;
  followDrops(form, input);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}

function followDrops(form: HTMLFormElement, input: HTMLInputElement): void {
  const box = form.querySelector<HTMLElement>("[data-drop]");
  if (!box) return;
  show(box.querySelector("[data-drop-hint]"), true);
  const over = (is: boolean) => (event: DragEvent) => {
    event.preventDefault();
    box.classList.toggle("over", is);
  };
  box.addEventListener("dragover", over(true));
  box.addEventListener("dragleave", over(false));
  box.addEventListener("drop", (event) => {
    over(false)(event);
    if (event.dataTransfer?.files.length) input.files = event.dataTransfer.files;
  });
}

function send(form: HTMLFormElement): void {
  const request = new XMLHttpRequest();
  const cancel = form.querySelector<HTMLButtonElement>("[data-send-cancel]");
  request.open("POST", form.action);
  request.setRequestHeader("accept", "application/json");
  request.upload.addEventListener("progress", (event) => showProgress(form, event));
  request.addEventListener("load", () => {
    if (request.status === TAKEN) location.assign(JSON.parse(request.responseText).location);
    else endSending(form, cancel, detailOf(request.responseText));
  });
  request.addEventListener("error", () => endSending(form, cancel, ""));
  request.addEventListener("abort", () => endSending(form, cancel, null));
  if (cancel) cancel.onclick = () => request.abort();
  beginSending(form, cancel);
  request.send(new FormData(form));
}

function beginSending(form: HTMLFormElement, cancel: HTMLButtonElement | null): void {
  setSending(form, cancel, true);
  show(form.querySelector("[data-send-error]"), false);
  cancel?.focus();
}

/** Say why nothing was taken: the server's words, or that it did not arrive (""); null says nothing. */
function endSending(form: HTMLFormElement, cancel: HTMLButtonElement | null, words: string | null): void {
  setSending(form, cancel, false);
  const error = form.querySelector<HTMLElement>("[data-send-error]");
  const told = error?.querySelector("[data-send-words]");
  if (told) told.textContent = words ?? "";
  show(error?.querySelector("[data-send-lost]"), words === "");
  show(error, words !== null);
  form.querySelector<HTMLInputElement>("input[type=file]")?.focus();
}

function setSending(form: HTMLFormElement, cancel: HTMLButtonElement | null, is: boolean): void {
  for (const button of form.querySelectorAll<HTMLButtonElement>("button[type=submit]")) button.disabled = is;
  show(cancel, is);
  show(form.querySelector("[data-sending]"), is);
}

function showProgress(form: HTMLFormElement, event: ProgressEvent): void {
  const bar = form.querySelector<HTMLProgressElement>("[data-sending] progress");
  const words = form.querySelector("[data-sending] [data-words]");
  if (!bar || !words || !event.lengthComputable) return;
  const percent = Math.floor((100 * event.loaded) / event.total);
  bar.value = percent;
  words.textContent = `${percent} %`;
}

function detailOf(text: string): string {
  try {
    return String(JSON.parse(text).detail ?? "");
  } catch {
    return "";
  }
}

function show(element: Element | null | undefined, is: boolean): void {
  if (element instanceof HTMLElement) element.hidden = !is;
}
