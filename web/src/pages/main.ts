// What every page needs: its styles, the choice of colours, lists with a "none of these", sending a
// recording, reminders where they were asked for, the body map, the clock, and htmx where a page uses it.

import "../styles/app.css";
import { followBodyMaps } from "./body.ts";
import { followClock } from "./clock.ts";
import { followReminders } from "./reminders.ts";
import { followTheme } from "./theme.ts";
import { followTicks } from "./ticks.ts";
import { followUpload } from "./upload.ts";

const HTMX_USED = "[hx-get], [hx-post], [hx-put], [hx-delete]";

followTheme(document);
addEventListener("DOMContentLoaded", () => {
  followTicks(document);
  followUpload(document);
  followReminders(document);
  followBodyMaps(document);
  followClock(document);
  if (document.querySelector(HTMX_USED)) void import("htmx.org");
});
