// The body map: a figure whose regions tick the boxes below it. Without this the boxes alone are there.

/** Follow every body map of a page. */
export function followBodyMaps(page: Document): void {
  for (const map of page.querySelectorAll<HTMLDetailsElement>("[data-body-map]")) followMap(page, map);
}

function followMap(page: Document, map: HTMLDetailsElement): void {
  const figures = map.querySelector<HTMLElement>("[data-figures]");
  if (figures) figures.hidden = false;
  for (const region of map.querySelectorAll<SVGElement>("[data-mark]")) {
    region.addEventListener("click", () => {
      const box = boxOf(map, region);
      if (box) box.checked = !box.checked;
      show(map);
    });
  }
  map.addEventListener("change", () => show(map));
  show(map);
  openWithLegPain(page, map);
}

/** Show the map only while a leg hurts; what was marked goes when it does not. */
function openWithLegPain(page: Document, map: HTMLDetailsElement): void {
  const scale = page.getElementById(map.dataset.askedBy ?? "");
  if (!scale) return;
  const follow = () => {
    const pain = Number(scale.querySelector<HTMLInputElement>("input:checked")?.value ?? "0");
    map.hidden = pain === 0;
    if (pain > 0) map.open = true;
  };
  scale.addEventListener("change", follow);
  follow();
}

function show(map: HTMLElement): void {
  for (const region of map.querySelectorAll<SVGElement>("[data-mark]")) {
    region.classList.toggle("marked", boxOf(map, region)?.checked ?? false);
  }
}

function boxOf(map: HTMLElement, region: SVGElement): HTMLInputElement | null {
  return map.querySelector<HTMLInputElement>(`input[value="${region.dataset.mark}"]`);
}
