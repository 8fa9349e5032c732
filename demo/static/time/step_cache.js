// A cache of the pictures of a run's steps, which the server sends several at a time, and the pace
// of their playback.

const AT_ONCE = 8; // pictures in one answer
const FILM_S = 6; // approximate duration of playback

/** Return the time between two of `count` pictures in playback. */
export const pauseMs = (count) => Math.min(250, Math.max(50, (FILM_S * 1000) / count));

export class StepCache {
  /** `fetch(steps)` resolves to a Map from step to picture, or to a promise of it. */
  constructor(fetch) {
    this.fetch = fetch;
    this.clear();
  }

  clear() {
    this.cache = new Map();
  }

  /**
   * Resolve to a step's picture, or null; the following ones of `steps` are fetched with it, or its
   * neighbours on both sides.
   */
  get(steps, step, bothSides = false) {
    const { cache } = this;
    if (!cache.has(step)) {
      const from = Math.max(0, steps.indexOf(step) - (bothSides ? AT_ONCE / 2 : 0));
      const wanted = steps.slice(from, from + AT_ONCE).filter((one) => !cache.has(one));
      const answer = this.fetch(wanted);
      const retryLater = (one) => {
        cache.delete(one);
        return null;
      };
      for (const one of wanted) {
        const picture = answer.then((found) => found.get(one) ?? null);
        cache.set(
          one,
          picture.catch(() => retryLater(one)),
        );
      }
    }
    return cache.get(step);
  }
}
