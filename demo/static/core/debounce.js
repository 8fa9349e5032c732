// Waiting.

/** Resolve after `ms` milliseconds. */
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Return later(name, ms, work): run `work` after `ms` milliseconds unless the name is used again. */
export function timers() {
  const running = {};
  return (name, ms, work) => {
    clearTimeout(running[name]);
    running[name] = setTimeout(work, ms);
  };
}
