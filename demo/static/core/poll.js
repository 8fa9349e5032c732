// Polling while an element is on screen.

export const isOnScreen = (place) => !document.hidden && place.offsetParent !== null;

/**
 * Call the async `look()` now, whenever `place` comes on screen or one of `events` reaches the document,
 * and again `pause()` milliseconds after it has ended; never concurrently and never off screen.
 * Return a function that polls at once.
 */
export function poll(place, look, pause, events) {
  let [timer, asking, again] = [0, false, false];

  async function now() {
    clearTimeout(timer);
    if (asking) return void (again = true);
    if (isOnScreen(place)) {
      asking = true;
      await look().catch(console.error);
      asking = false;
    }
    if (!place.isConnected) return;
    timer = setTimeout(now, again ? 0 : pause());
    again = false;
  }

  for (const name of [...events, "visibilitychange"]) document.addEventListener(name, now);
  new IntersectionObserver(([seen]) => seen.isIntersecting && now()).observe(place);
  now();
  return now;
}
