// Pointer gestures on the timeline: scrub, move a keyframe, move a boundary.
//
// A mouse drags a keyframe at once; a touch needs a long press, since
// moving at once scrolls.

const THRESHOLD = 5; // px
const LONG_MS = 280;
const EDGE_PX = 40; // from the ends of the strip, where dragging scrolls it

/**
 * `track` holds .lc-key and .lc-edge; `scroller` scrolls it. `on` has
 * scrubTo(x, "start" | "move" | "end"), pick(i), lift(i), carry(i, dx), drop(i, x) or drop(i, null)
 * when it was cancelled, and stretch(i, x, done). x: px on the track.
 */
export function gestures(track, scroller, on) {
  let now = null; // {kind, index, id, x, lifted}

  const at = (event) => event.clientX - track.getBoundingClientRect().left;
  const indexOf = (part) => Number(part.closest(".lc-cell").dataset.index);

  function lift(x) {
    if (now?.kind !== "key" || now.lifted) return;
    now.lifted = true;
    now.x = x;
    track.setPointerCapture(now.id);
    on.lift(now.index);
  }

  function finish(event, given) {
    if (!now || event.pointerId !== now.id) return;
    const { kind, index, lifted, timer } = now;
    clearTimeout(timer);
    now = null;
    if (kind === "scrub") on.scrubTo(at(event), "end");
    if (kind === "edge") on.stretch(index, at(event), true);
    if (kind === "key" && lifted) on.drop(index, given ? at(event) : null);
    else if (kind === "key" && given) on.pick(index);
  }

  track.addEventListener("pointerdown", (event) => {
    if (event.button || now) return;
    const key = event.target.closest(".lc-key");
    const edge = event.target.closest(".lc-edge");
    const x = at(event);
    now = { id: event.pointerId, x, kind: edge ? "edge" : key ? "key" : "scrub" };
    if (key || edge) now.index = indexOf(event.target);
    if (key) {
      if (event.pointerType !== "mouse") now.timer = setTimeout(() => lift(x), LONG_MS);
      return;
    }
    event.preventDefault();
    track.setPointerCapture(event.pointerId);
    if (!edge) on.scrubTo(x, "start");
  });

  track.addEventListener("pointermove", (event) => {
    if (!now || event.pointerId !== now.id) return;
    const x = at(event);
    if (now.kind === "scrub") on.scrubTo(x, "move");
    if (now.kind === "edge") on.stretch(now.index, x, false);
    if (now.kind !== "key") return;
    const far = Math.abs(x - now.x) > THRESHOLD;
    if (!now.lifted && far) {
      if (event.pointerType === "mouse") lift(now.x);
      else clearTimeout(now.timer); // it scrolls
    }
    if (!now.lifted) return;
    const box = scroller.getBoundingClientRect();
    if (event.clientX < box.left + EDGE_PX) scroller.scrollLeft -= 8;
    if (event.clientX > box.right - EDGE_PX) scroller.scrollLeft += 8;
    on.carry(now.index, at(event), now.x);
  });

  track.addEventListener("pointerup", (event) => finish(event, true));
  track.addEventListener("pointercancel", (event) => finish(event, false));
  // while a keyframe is dragged the page must not scroll
  track.addEventListener(
    "touchmove",
    (event) => {
      if (now?.lifted) event.preventDefault();
    },
    { passive: false },
  );
  track.addEventListener("contextmenu", (event) => {
    if (now) event.preventDefault(); // a long touch
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !now?.lifted) return;
    const { index } = now;
    now = null;
    on.drop(index, null);
  });
}
