// The displayed size of pictures: a whole multiple of their pixels, or, where a picture is larger than
// the room for it, a half, a third, a quarter.

const SPARE = 1.4; // the room may be exceeded by this factor
const SMOOTH = 64; // px of a picture: larger ones are no pixel art

/** Return the displayed px of a picture of `side` px in a room of about `room` px. */
export function shownAt(side, room) {
  if (side <= SPARE * room) return side * Math.max(1, Math.round(room / side));
  return side / Math.ceil(side / (SPARE * room));
}

/**
 * Return the largest scale up to `room` for which each picture pixel covers a whole number of screen
 * pixels, or a half, a third, ... of one.
 */
export function largest(room) {
  const ratio = devicePixelRatio || 1; // screen pixels per px
  const times = room * ratio;
  return (times >= 1 ? Math.floor(times) : 1 / Math.ceil(1 / times)) / ratio;
}

/** Return the px that are left in the width of a plate with equal padding. */
export const roomIn = (plate) =>
  plate.clientWidth - parseFloat(getComputedStyle(plate).paddingLeft) * 2;

/** Display a canvas so that each of its pictures of `side` px takes `px`. */
export function show(canvas, side, px) {
  canvas.style.width = `${(canvas.width * px) / side}px`;
  canvas.style.height = `${(canvas.height * px) / side}px`;
  canvas.classList.toggle("ls-smooth", px < side || side >= SMOOTH);
}
