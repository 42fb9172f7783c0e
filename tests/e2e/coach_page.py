"""The live coach as a person meets it: what its page shows from moment to moment, what it sends, how it ends."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Self

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, WebSocket, expect

from openlumbar.pose.wire import unpack_frames

SLOWEST_MS = 120_000
"""How long a condition is waited for, on a machine that does much else."""

HURRIED = 6.0
"""Pace of a page on which nothing moves but the simulated patient."""

_PACE = """(() => {
  const real = performance.now.bind(performance), wait = globalThis.setTimeout;
  let pace = PACE, since = real(), then = since;
  const at = (realMs) => then + pace * (realMs - since);
  performance.now = () => at(real());
  globalThis.setTimeout = (act, ms = 0, ...rest) => wait(act, ms / pace, ...rest);
  const ask = HTMLVideoElement.prototype.requestVideoFrameCallback;
  HTMLVideoElement.prototype.requestVideoFrameCallback = function (act) {
    return ask.call(this, (nowMs, { captureTime }) => act(at(nowMs), { captureTime: at(captureTime ?? nowMs) }));
  };
  globalThis.setPace = (wanted) => { then = performance.now(); since = real(); pace = wanted; };
})()"""
_MARK = "shown "
_TELL_WHAT_IS_SHOWN = """addEventListener("DOMContentLoaded", () => {
  if (!document.getElementById("coach-data")) return;
  const at = (id) => document.getElementById(id);
  const text = (id) => (at(id)?.checkVisibility() ? at(id).textContent : "");
  let last = "";
  const look = () => {
    const now = JSON.stringify({
      stage: at("main").dataset.stage, numeral: text("numeral"), under: text("under"), second: text("second"),
      left: text("left"), right: text("right"), correction: text("correction"), halt: text("stop-title"),
      note: text("note"),
      trouble: document.querySelector(".trouble:not([hidden])")?.id ?? "",
    });
    if (now !== last) console.debug(`MARK${(last = now)}`);
  };
  const all = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver(look).observe(document.body, all);
})"""


@dataclass(frozen=True)
class Shown:
    """What stands on the page at a moment; "" where something is not to be seen."""

    stage: str
    numeral: str
    under: str
    second: str
    left: str
    right: str
    correction: str
    halt: str
    note: str
    trouble: str


def set_pace(context: BrowserContext, pace: float) -> None:
    """Let the clocks of a context's pages run faster or slower; what is simulated in them goes along."""
    context.add_init_script(_PACE.replace("PACE", str(pace)))


class CoachPage:
    """A page on which the coach is open or will be.

    Attributes:
        shown: all that stood on it, in order, also before it led elsewhere.
        messages: the messages of frames that it sent, in order.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.shown: list[Shown] = []
        self.messages: list[bytes] = []
        self._socket: WebSocket | None = None
        page.add_init_script(_TELL_WHAT_IS_SHOWN.replace("MARK", _MARK))
        page.on("console", self._hear)
        page.on("websocket", self._follow)

    def open(self, session_id: str) -> Self:
        self.page.goto(f"/coach/{session_id}")
        return self

    @property
    def session_id(self) -> str:
        return self.page.url.partition("?")[0].rpartition("/")[2]

    def go_on_at(self, pace: float) -> None:
        """Change the pace of a page that has one."""
        self.page.evaluate("pace => setPace(pace)", pace)

    def wait_for(self, stage: str) -> None:
        expect(self.page.locator("#main")).to_have_attribute("data-stage", stage)

    def wait_to_see(self, is_it: Callable[[Shown], bool]) -> None:
        """Wait for something that may not stand there for long."""
        if not (self.shown and is_it(self.shown[-1])):
            self.page.wait_for_event("console", lambda message: (now := _read(message)) is not None and is_it(now))

    def wait_for_frames(self, are_enough: Callable[[Sequence[bytes]], bool]) -> None:
        """Wait until the frames that were sent will do."""
        while not are_enough(self.messages):
            if self._socket is None:
                self.page.wait_for_event("websocket")
            else:
                self._socket.wait_for_event("framesent")

    def wait_until_s(self, film_s: float) -> None:
        """Wait until so many seconds of the page's time have gone by since the first frame."""
        self.wait_for_frames(lambda messages: bool(messages) and _time_s(messages[-1]) >= _time_s(messages[0]) + film_s)

    def wait_for_trouble(self, code: str) -> None:
        expect(self.page.locator(f"#trouble-{code}")).to_be_visible()

    def see_what_was_done(self) -> None:
        """End the session where the simulated patient has finished, and wait for the result."""
        self.wait_for_trouble("ended")
        self.page.get_by_role("button", name="See what was done").click()
        self.wait_for_result()

    def end_after_stop(self) -> None:
        """Stop, end the session, and wait for the result."""
        self.page.keyboard.press("Escape")
        self.page.locator("#finish").click()
        self.wait_for_result()

    def wait_for_result(self) -> None:
        self.page.wait_for_url("**/sessions/*")

    # -------------------------------------------------------------------------------------- looking back

    @property
    def stages(self) -> Sequence[str]:
        """List the stages that the page went through."""
        return [stage for stage, _ in groupby(one.stage for one in self.shown)]

    @property
    def counts(self) -> Sequence[str]:
        """List the counts that the page showed while the person exercised, without the seconds of holds."""
        seen = (one.numeral for one in self.shown if one.stage == "exercise" and not one.under.endswith(" s"))
        return [count for count, _ in groupby(seen)]

    def _hear(self, message: ConsoleMessage) -> None:
        if (now := _read(message)) is not None:
            self.shown.append(now)

    def _follow(self, socket: WebSocket) -> None:
        self._socket = socket
        socket.on("framesent", lambda sent: self.messages.append(sent) if isinstance(sent, bytes) else None)


def _read(message: ConsoleMessage) -> Shown | None:
    """Read what a page tells of itself, None when it tells something else."""
    return Shown(**json.loads(message.text.removeprefix(_MARK))) if message.text.startswith(_MARK) else None


def _time_s(message: bytes) -> float:
    """Return when the first frame of a message was taken."""
    return float(unpack_frames(message).time_s[0])
