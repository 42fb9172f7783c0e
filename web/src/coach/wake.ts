/** Keeps the screen on during a session, where the browser can. */

export function keepScreenOn(): void {
  if (!("wakeLock" in navigator)) return;
  const ask = (): void => {
    if (document.visibilityState !== "visible") return;
    navigator.wakeLock.request("screen").catch(() => {
      // Refused, for example on a low battery: the screen then sleeps as it always does.
    });
  };
  document.addEventListener("visibilitychange", ask); // the lock is gone when the page was hidden
  ask();
}
