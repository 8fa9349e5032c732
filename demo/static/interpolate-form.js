// How the keyframes are joined and what file is wanted. Lengths are kept in seconds, because that
// is what people mean when they change the frame rate.

const RATES = {
  gif: [10, 12.5, 20, 25, 33.3, 50],
  mp4: [10, 12, 15, 20, 24, 25, 30, 50, 60],
  zip: [10, 12, 15, 20, 24, 25, 30, 50, 60],
};
const PATHS = ["spline", "slerp", "circle"];
export const START = { path: "spline", seconds: 5, fps: 25, format: "gif", side: 448 };

function nearest(values, wanted) {
  return values.reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a));
}

// What is wanted, whatever was stored: every field of START, each of a kind that exists.
export function tidy(given) {
  const wish = { ...START, ...given };
  if (!PATHS.includes(wish.path)) wish.path = START.path;
  if (!RATES[wish.format]) wish.format = START.format;
  for (const name of ["seconds", "fps", "side"]) {
    if (!(Number.isFinite(wish[name]) && wish[name] > 0)) wish[name] = START[name];
  }
  wish.fps = nearest(RATES[wish.format], wish.fps);
  return wish;
}

// GIF counts hundredths of a second: what is called 33.3 is 100/3.
export function rate({ format, fps }) {
  return format === "gif" ? 100 / Math.round(100 / fps) : fps;
}

export function frameCount(wish) {
  return Math.max(2, Math.round(wish.seconds * rate(wish)));
}

const MARKUP = (say) => `
  <fieldset class="lc-set"><legend>${say("path")}</legend>
    ${PATHS.map((name) => `
      <label class="lc-path"><input type="radio" name="lc-path" value="${name}">
        <span><b>${say(name)}</b><small>${say(`${name}_hint`)}</small></span></label>`).join("")}
  </fieldset>
  <fieldset class="lc-set lc-formats"><legend>${say("format")}</legend>
    ${Object.keys(RATES).map((name) => `
      <label><input type="radio" name="lc-format" value="${name}">
        <span>${say(name)}</span></label>`).join("")}
  </fieldset>
  <div class="ls-row">
    <label class="ls-field"><span>${say("seconds")}</span>
      <input class="lc-seconds" type="number" min="0.1" step="0.5" inputmode="decimal"></label>
    <label class="ls-field"><span>${say("fps")}</span><select class="lc-fps"></select></label>
  </div>
  <label class="ls-field"><span>${say("size")} <output class="lc-side"></output></span>
    <input class="ls-range lc-scale" type="range" min="1" step="1"></label>
  <p class="ls-note lc-sum"></p>
  <p class="ls-error lc-over" role="status"></p>`;

// limits: {frames, side} of the server. change(wish): the visitor chose something.
export function form(root, say, limits, change) {
  root.innerHTML = MARKUP(say);
  const find = (selector) => root.querySelector(selector);
  const radio = (group, value) => find(`input[name="lc-${group}"][value="${value}"]`);
  let wish = { ...START };
  let native = 28;

  const set = (part) => change(tidy({ ...wish, ...part }));
  root.addEventListener("change", ({ target }) => {
    if (target.name === "lc-path") set({ path: target.value });
    if (target.name === "lc-format") set({ format: target.value });
    if (target.matches(".lc-fps")) set({ fps: +target.value });
    if (target.matches(".lc-seconds") && !(+target.value > 0)) target.value = wish.seconds;
  });
  root.addEventListener("input", ({ target }) => {
    if (target.matches(".lc-scale")) set({ side: target.value * native });
    if (target.matches(".lc-seconds") && +target.value > 0) set({ seconds: +target.value });
  });

  return {
    // The enlargement for the wanted size: the nearest whole one that the server allows.
    scale: (side, model) =>
      Math.max(1, Math.min(Math.floor(limits.side / model), Math.round(side / model))),
    show(next, keys, model) {
      wish = next;
      native = model;
      for (const name of PATHS) radio("path", name).checked = name === wish.path;
      for (const name of Object.keys(RATES)) radio("format", name).checked = name === wish.format;
      const circle = radio("path", "circle");
      circle.disabled = keys !== 2;
      circle.parentElement.querySelector("small").textContent =
        say(keys === 2 ? "circle_hint" : "circle_needs", { n: keys });
      find(".lc-fps").replaceChildren(...RATES[wish.format].map((fps) => new Option(fps, fps)));
      find(".lc-fps").value = wish.fps;
      const seconds = find(".lc-seconds");
      if (document.activeElement !== seconds) seconds.value = wish.seconds;
      const scale = this.scale(wish.side, native);
      find(".lc-scale").max = Math.max(1, Math.floor(limits.side / native));
      find(".lc-scale").value = scale;
      find(".lc-side").textContent = `${scale * native} × ${scale * native} px`;
      const frames = frameCount(wish);
      const over = frames > limits.frames;
      const most = { frames: limits.frames, side: limits.side };
      find(".lc-sum").textContent = say("sum", { n: frames, keys, ...most });
      find(".lc-over").textContent = over ? say("over", { n: frames, ...most }) : "";
    },
  };
}
