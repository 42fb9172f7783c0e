/** Tells when a video shows a new picture, and when that picture was taken. */

const LATEST_S = 1; // a picture that claims to be older was taken by another clock

/** Call `onPicture` with the time in seconds of `performance.now()` for each new picture; returns what ends it. */
export function watchPictures(video: HTMLVideoElement, onPicture: (timeS: number) => void): () => void {
  return "requestVideoFrameCallback" in video ? byVideoFrames(video, onPicture) : byRedraws(video, onPicture);
}

function byVideoFrames(video: HTMLVideoElement, onPicture: (timeS: number) => void): () => void {
  let handle = 0;
  const ask = (): void => {
    handle = video.requestVideoFrameCallback((nowMs, { captureTime }) => {
      ask();
      onPicture(takenAt(nowMs, captureTime));
    });
  };
  ask();
  return () => video.cancelVideoFrameCallback(handle);
}

/** For browsers without callbacks for pictures: look at each redraw whether the video went on. */
function byRedraws(video: HTMLVideoElement, onPicture: (timeS: number) => void): () => void {
  let shownS = -1;
  let handle = 0;
  const look = (nowMs: number): void => {
    handle = requestAnimationFrame(look);
    if (video.currentTime === shownS) return;
    shownS = video.currentTime;
    onPicture(nowMs / 1000);
  };
  handle = requestAnimationFrame(look);
  return () => cancelAnimationFrame(handle);
}

/** Choose the time of a picture: when it was taken where the browser knows, else when it was shown; seconds. */
export function takenAt(nowMs: number, captureMs: number | undefined): number {
  const believed = captureMs !== undefined && captureMs <= nowMs && nowMs - captureMs < LATEST_S * 1000;
  return (believed ? captureMs : nowMs) / 1000;
}
