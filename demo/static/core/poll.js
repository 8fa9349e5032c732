// Polling while an element is on screen.

const HIDDEN_MS = 1000; // a page that is closed is hidden first, and must not poll as such

export const isOnScreen = (place) => !document.hidden && place.offsetParent !== null;

/**
 * Call the async `look()` now, whenever `place` comes on screen or one of `events` reaches the document,
 * and again `pause()` milliseconds after it has ended; never concurrently, and off screen
 * only while `needed()`. Return a function that polls at once.
 */
export function poll(place, look, pause, events, needed = () => false) {
  let [timer, asking, again] = [0, false, false];

  async function now() {
    clearTimeout(timer);
    if (asking) return void (again = true);
    if (isOnScreen(place) || needed()) {
      asking = true;
      await look().catch(console.error);
      asking = false;
    }
    if (!place.isConnected) return;
    timer = setTimeout(now, again ? 0 : pause());
    again = false;
  }

  for (const name of events) document.addEventListener(name, now);
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    timer = setTimeout(now, document.hidden ? HIDDEN_MS : 0);
  });
  new IntersectionObserver(([seen]) => seen.isIntersecting && now()).observe(place);
  now();
  return now;
}
