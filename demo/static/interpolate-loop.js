// The playing loop: raw frames on a canvas, a play button and a scrubber.
// Time alone decides which frame is shown, so new frames, slow screens and the seam never jump.

const version = new URL(import.meta.url).search;
const [{ paint: put }, { bytes }] = await Promise.all(
  ["paint", "base64"].map((name) => import(`./${name}.js${version}`)),
);

// Paints one picture of raw uint8 (h, w, c) at `at`, counted in pictures.
export function paint(canvas, raw, { width, height, channels }, at = 0) {
  put(canvas, { h: height, w: width, c: channels, pixels: raw }, at);
}

// root: holds .ls-plate canvas, .lc-play, .lc-scrub and .lc-time. onTime(phase 0..1) on new frames.
export function player(root, say, onTime) {
  const plate = root.querySelector(".ls-plate");
  const canvas = plate.querySelector("canvas");
  const button = root.querySelector(".lc-play");
  const scrub = root.querySelector(".lc-scrub");
  const clock = root.querySelector(".lc-time");
  let clip = null;
  let raw = null;
  let seconds = 1;
  let phase = 0;
  let shown = -1;
  let playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  let held = false; // the scrubber is under a finger
  let seen = true;
  let last = null;
  let ticking = 0;

  function draw() {
    if (!clip) return;
    const index = Math.min(clip.count - 1, Math.floor(phase * clip.count + 1e-6));
    if (index === shown) return;
    shown = index;
    paint(canvas, raw, clip, index);
    if (!held) scrub.value = index;
    const now = ((index / clip.count) * seconds).toFixed(2);
    clock.textContent = `${now} / ${seconds.toFixed(2)} s`;
    scrub.setAttribute("aria-valuetext", `${now} s`);
    onTime(index / clip.count);
  }

  function tick(now) {
    ticking = 0;
    if (!root.isConnected || !playing || held || !seen || document.hidden) {
      last = null;
      return;
    }
    if (last !== null && clip) phase = (phase + (now - last) / 1000 / seconds) % 1;
    last = now;
    draw();
    wake();
  }

  function wake() {
    if (!ticking) ticking = requestAnimationFrame(tick);
  }

  function label() {
    button.textContent = say(playing ? "pause" : "play");
    button.classList.toggle("lc-playing", playing);
  }

  function toggle() {
    playing = !playing;
    label();
    wake();
  }

  // A whole number of screen pixels for each of the model's, as large as the window has room for.
  function fit() {
    if (!clip || !plate.clientWidth) return;
    const room = Math.min(plate.clientWidth - 32, Math.max(280, innerHeight * 0.58));
    const zoom = Math.max(1, Math.floor(room / clip.width));
    canvas.style.width = `${zoom * clip.width}px`;
    canvas.style.height = `${zoom * clip.height}px`;
  }

  function go(to) {
    phase = Math.min(Math.max(to, 0), 1 - 1e-9);
    last = null;
    draw();
  }

  button.addEventListener("click", toggle);
  plate.addEventListener("click", toggle);
  scrub.addEventListener("input", () => {
    held = true;
    go((+scrub.value + 0.5) / clip.count);
  });
  scrub.addEventListener("change", () => {
    held = false;
    wake();
  });
  document.addEventListener("visibilitychange", wake);
  addEventListener("resize", fit);
  new ResizeObserver(fit).observe(plate);
  new IntersectionObserver(([entry]) => {
    seen = entry.isIntersecting;
    wake();
  }).observe(plate);
  label();

  return {
    go,
    show(next) {
      clip = next;
      raw = bytes(next.frames);
      shown = -1;
      scrub.max = clip.count - 1;
      scrub.disabled = false;
      fit();
      draw();
      wake();
    },
    last(duration) {
      seconds = duration;
      shown = -1;
      draw();
    },
  };
}
