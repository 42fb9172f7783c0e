// What every page needs: its styles, the choice of colours, lists with a "none of these", and htmx where a page uses it.

import "../styles/app.css";
import { followTheme } from "./theme.ts";
import { followTicks } from "./ticks.ts";

const HTMX_USED = "[hx-get], [hx-post], [hx-put], [hx-delete]";

followTheme(document);
addEventListener("DOMContentLoaded", () => {
  followTicks(document);
  if (document.querySelector(HTMX_USED)) void import("htmx.org");
});
