// The sample grid and its film: a scrubber over recorded steps, with the live picture at its end.
// Every picture is a PNG of native pixels; the canvas shows it at a whole multiple of them.

const FRAMES_PER_CALL = 8; // what the server answers at once
const TALLEST = 0.66; // of the window, for the grid
const FILM_S = 6; // a film plays in about this time

export function film({ plate, bar, fetchFrames, onStep, say }) {
  const canvas = plate.querySelector("canvas");
  const [play, range, label, follow] = bar.children;
  const pen = canvas.getContext("2d");
  let run = null;
  let steps = [];
  let live = null; // {image, step}
  let at = null; // the step on show; null follows the newest
  let playing = 0;
  let turn = 0; // the newest wish to show something wins
  const kept = new Map(); // step -> promise of an image

  const decode = async (base64) => {
    const image = new Image();
    image.src = "data:image/png;base64," + base64;
    await image.decode();
    return image;
  };
  const stops = () => (live && !(live.step <= steps.at(-1)) ? [...steps, live.step] : steps);

  function frame(step) {
    if (live && step === live.step) return Promise.resolve(live.image);
    if (!kept.has(step)) {
      const from = steps.indexOf(step);
      const wanted = steps.slice(from, from + FRAMES_PER_CALL).filter((s) => !kept.has(s));
      const answer = fetchFrames({ run, steps: wanted });
      for (const one of wanted) {
        const image = answer.then(({ frames }) => (frames[one] ? decode(frames[one]) : null));
        image.catch(() => kept.delete(one));
        kept.set(one, image);
      }
    }
    return kept.get(step);
  }

  function fit() {
    const ratio = window.devicePixelRatio || 1;
    const inside = plate.clientWidth - parseFloat(getComputedStyle(plate).paddingLeft) * 2;
    if (!canvas.width || inside <= 0) return;
    const room = Math.min(inside / canvas.width, (innerHeight * TALLEST) / canvas.height);
    const times = Math.max(1, Math.floor(room * ratio)) / ratio;
    canvas.style.width = canvas.width * times + "px";
    canvas.style.height = canvas.height * times + "px";
  }

  function paint(image) {
    if (canvas.width !== image.naturalWidth || canvas.height !== image.naturalHeight) {
      canvas.width = image.naturalWidth;
      canvas.height = image.naturalHeight;
      fit();
    }
    pen.drawImage(image, 0, 0);
    plate.dataset.empty = "no";
  }

  async function show() {
    const all = stops();
    range.max = Math.max(0, all.length - 1);
    for (const part of [play, range]) part.disabled = all.length < 2;
    if (!all.length) return;
    const step = at === null ? all.at(-1) : at;
    range.value = all.indexOf(step);
    label.textContent = say("train.at_step", { step: step.toLocaleString() });
    range.setAttribute("aria-valuetext", label.textContent);
    follow.setAttribute("aria-pressed", String(at === null));
    onStep(step, at === null);
    const mine = ++turn;
    const image = await Promise.resolve(frame(step)).catch(() => null);
    if (image && mine === turn) paint(image);
  }

  function stop() {
    clearTimeout(playing);
    playing = 0;
    play.textContent = say("train.play");
  }

  async function advance() {
    const all = stops();
    const next = all.indexOf(at) + 1;
    if (next >= all.length - 1) {
      at = null;
      stop();
      return show();
    }
    at = all[next];
    const started = performance.now();
    await show();
    if (!playing) return;
    const wait = Math.min(250, Math.max(50, (FILM_S * 1000) / all.length));
    playing = setTimeout(advance, Math.max(0, wait - (performance.now() - started)));
  }

  play.addEventListener("click", () => {
    if (playing) return stop();
    play.textContent = say("train.hold");
    if (at === null) at = undefined; // from the first frame
    playing = setTimeout(advance, 0);
  });
  range.addEventListener("input", () => {
    stop();
    const index = Number(range.value);
    at = index === stops().length - 1 ? null : stops()[index];
    show();
  });
  follow.addEventListener("click", () => {
    stop();
    at = null;
    show();
  });
  new ResizeObserver(fit).observe(plate);
  stop();

  return {
    // What a poll brought: the run's name, its recorded steps and the live picture, if new.
    async update({ run: name, frames, picture, step }) {
      if (name !== run) {
        stop();
        [run, steps, live, at] = [name, [], null, null];
        kept.clear();
      }
      if (frames) steps = frames;
      if (picture) live = { image: await decode(picture), step };
      if (picture === "") live = null;
      if (at && !stops().includes(at)) at = stops().findLast((one) => one < at) ?? null;
      if (frames || picture !== undefined) await show();
    },
  };
}
