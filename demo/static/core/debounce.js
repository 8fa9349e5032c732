// Work that is put off, and replaced by a newer wish of the same name.

/** later(name, ms, work): do `work` in `ms` milliseconds, unless the same name comes again. */
export function timers() {
  const running = {};
  return (name, ms, work) => {
    clearTimeout(running[name]);
    running[name] = setTimeout(work, ms);
  };
}
