// Lists of which any number may be ticked, with one "none of these" that excludes the others.

const NONE = "none";

/** Keep "none of these" and the other ticks of each list apart. */
export function followTicks(page: Document): void {
  for (const list of page.querySelectorAll<HTMLElement>("[data-ticks]")) {
    list.addEventListener("change", (event) => {
      const ticked = event.target as HTMLInputElement;
      if (ticked.checked) untickOthers(list, ticked);
    });
  }
}

function untickOthers(list: HTMLElement, ticked: HTMLInputElement): void {
  for (const box of list.querySelectorAll<HTMLInputElement>("input[type=checkbox]")) {
    if ((box.value === NONE) !== (ticked.value === NONE)) box.checked = false;
  }
}
