// How large a picture is shown: at a whole multiple of its pixels, or, where it is larger than the
// place for it, at a half, a third, a quarter, where a smooth picture is the truer one.

const SPARE = 1.4; // so much more than its room a picture may take

/** The px at which a picture of `side` px is shown where there is room for about `room` px. */
export function shownAt(side, room) {
  if (side <= SPARE * room) return side * Math.max(1, Math.round(room / side));
  return side / Math.ceil(side / (SPARE * room));
}

/**
 * How many times larger a picture is shown that may be at most `room` times: a whole number of the
 * screen's pixels, `ratio` of them a px, for each of its own, or a half, a third, ... of one.
 */
export function largest(room, ratio = 1) {
  const times = room * ratio;
  return (times >= 1 ? Math.floor(times) : 1 / Math.ceil(1 / times)) / ratio;
}

/** Let a canvas with pictures of `side` px be seen with `px` for each of them. */
export function show(canvas, side, px) {
  canvas.style.width = `${(canvas.width * px) / side}px`;
  canvas.style.height = `${(canvas.height * px) / side}px`;
  canvas.classList.toggle("ls-smaller", px < side);
}
