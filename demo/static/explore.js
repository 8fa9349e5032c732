// Explore: one latent that lives in this browser tab, and every way to move it.

const version = new URL(import.meta.url).search;
const load = (name) => import(`./${name}.js${version}`);
const [{ Engine, paint, unpack }, { latent, randomSeed, floats, SEED_MAX }, { Shelf }, view] =
  await Promise.all(["engine", "latents", "shelf", "explore_view"].map(load));

const HISTORY_MAX = 200;
const REST_MS = 200; // thumbnails and neighbours follow a drag at this pace, the hero at its own
const TURN = 0.6; // radians from the latent to each neighbour: near, yet another drawing

export function mount({ element, props, watch, server, words }) {
  const v = view.skeleton(words);
  const engine = new Engine(server);
  const shelf = new Shelf("latent-studio.explore.");
  let model = null; // the panel's value, with its directions unpacked
  let parts = null; // what view.furnish made for it
  let state = null; // {seed, z, label}; replaced whole, never changed inside
  let [past, future] = [[], []];
  let lastMove = {};
  let [wantHero, wantRest, drawing] = [false, false, false];
  let fitted = 0; // the height of the image that the hero's size was chosen for
  let restAt = 0;

  const direction = (i) => model.axes.subarray(i * model.z_dim, (i + 1) * model.z_dim);
  const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const mix = (a, s, b, t) => a.map((x, i) => s * x + t * b[i]);
  const neighbour = (i) => {
    const target = latent((state.seed + i + 1) % (SEED_MAX + 1), model.z_dim);
    return mix(state.z, Math.cos(TURN), target, Math.sin(TURN));
  };
  const label = (n) => (model.classes ? Array(n).fill(state.label) : []);
  const refit = () => {
    fitted = v.hero.height;
    view.fit(v);
  };
  const say = (sentence) => { v.error.textContent = sentence; };

  // --- moving ------------------------------------------------------------------------------
  function go(change, key = null) {
    const now = performance.now();
    const goesOn = key !== null && key === lastMove.key && now - lastMove.at < 1000;
    if (!goesOn) past = [...past, state].slice(-HISTORY_MAX);
    lastMove = { key, at: now };
    future = [];
    state = { ...state, ...change };
    changed();
  }
  function travel(from, to) {
    if (!from.length) return;
    to.push(state);
    state = from.pop();
    lastMove = {};
    changed();
  }
  const sow = (seed) => go({ seed, z: latent(seed, model.z_dim) });
  const on = {
    label: (i) => go({ label: i }),
    neighbour: (i) => go({ z: neighbour(i) }),
    slide: (i, value) => {
      const axis = direction(i);
      go({ z: mix(state.z, 1, axis, value - dot(axis, state.z)) }, i);
    },
  };

  // --- showing -----------------------------------------------------------------------------
  function changed() {
    showControls();
    shelf.keep(model.model, state);
    wantHero = wantRest = true;
    pump();
  }
  function showControls() {
    parts.rows.forEach((row, i) => row.set(dot(direction(i), state.z)));
    parts.classes.forEach((made, i) => made.setAttribute("aria-pressed", i === state.label));
    if (Number(v.seed.value) !== state.seed || v.seed.value === "") v.seed.value = state.seed;
    const home = latent(state.seed, model.z_dim);
    const moved = state.z.some((x, i) => Math.abs(x - home[i]) > 1e-4);
    v.state.textContent = view.fill(words[`explore.${moved ? "edited" : "at_seed"}`], state);
    v.reset.disabled = !moved;
    v.undo.disabled = !past.length;
    v.redo.disabled = !future.length;
  }
  async function pump() {
    if (drawing) return;
    drawing = true;
    try {
      while (wantHero || wantRest) {
        const early = restAt + REST_MS - performance.now();
        if (!wantHero && early > 0) {
          setTimeout(pump, early);
          break;
        }
        await drawOnce();
      }
      say("");
    } catch (error) {
      wantHero = wantRest = false;
      say(error.code === "offline" ? words["explore.failed"]
        : view.fill(words["explore.bad_request"], { why: error.message }));
    } finally {
      drawing = false;
    }
  }
  async function drawOnce() {
    const asked = model;
    let image;
    if (wantHero) {
      wantHero = false;
      image = await engine.draw(asked.model, [state.z], label(1));
      if (image && asked === model) {
        paint(v.hero, image);
        if (v.hero.height !== fitted) refit();
      }
    } else {
      wantRest = false;
      restAt = performance.now();
      const n = parts.thumbs.length;
      const near = parts.neighbours.map((_, i) => neighbour(i));
      const zs = [...Array(n).fill(state.z), ...near];
      image = await engine.draw(asked.model, zs, n ? [...model.labels.keys(), ...label(near.length)] : []);
      if (image && asked === model) {
        [...parts.thumbs, ...parts.neighbours].forEach((canvas, i) => paint(canvas, image, i));
      }
    }
    if (image && asked === model && image.model_id !== model.model_id) {
      // a run has written newer weights
      const fresh = await server.describe({ model: asked.model }).catch(() => null);
      if (fresh && asked === model) adopt(fresh);
    }
  }

  // --- models ------------------------------------------------------------------------------
  function adopt(value) {
    if (!value?.model || value.error) {
      say(value?.error ?? words["app.no_model"]);
      if (!model) v.panel.classList.add("ls-empty");
      return;
    }
    const before = model;
    const axes = floats(value.directions);
    model = { ...value, axes, rows: axes.length / value.z_dim };
    v.panel.classList.remove("ls-empty");
    const same = before && String([before.z_dim, before.classes, before.shape]) ===
      String([model.z_dim, model.classes, model.shape]);
    if (!same) {
      parts = view.furnish(v, words, model, on);
      const kept = before ? null : shelf.find(model.model, model.z_dim, SEED_MAX);
      const seed = kept?.seed ?? state?.seed ?? model.first.seed;
      const keepZ = before?.z_dim === model.z_dim && state.z;
      const known = [kept?.label, state?.label].find((l) => Number.isInteger(l)) ?? 0;
      state = {
        seed,
        z: kept?.z ?? (keepZ || latent(seed, model.z_dim)),
        label: Math.min(Math.max(0, known), Math.max(0, model.classes - 1)),
      };
      [past, future] = [[], []];
      if (!kept && !before) paintFirst();
      refit();
    }
    changed();
  }
  function paintFirst() {
    const image = unpack(model.first);
    paint(v.hero, image, state.label);
    parts.thumbs.forEach((canvas, i) => paint(canvas, image, i));
  }

  // --- wiring ------------------------------------------------------------------------------
  v.randomise.addEventListener("click", () => sow(randomSeed()));
  v.reset.addEventListener("click", () => go({ z: latent(state.seed, model.z_dim) }));
  const undo = () => travel(past, future);
  const redo = () => travel(future, past);
  v.undo.addEventListener("click", undo);
  v.redo.addEventListener("click", redo);
  v.seed.addEventListener("input", () => {
    const seed = Number(v.seed.value);
    const fine = v.seed.value !== "" && Number.isInteger(seed) && seed >= 0 && seed <= SEED_MAX;
    v.seed.setAttribute("aria-invalid", !fine);
    if (fine) sow(seed);
    else say(words["explore.seed_bad"]);
  });
  v.seed.addEventListener("blur", () => {
    if (v.seed.getAttribute("aria-invalid") !== "true") return;
    v.seed.setAttribute("aria-invalid", false);
    v.seed.value = state.seed;
    say("");
  });
  view.keyboard(v, { randomise: () => v.randomise.click(), undo, redo });
  let shown = false;
  new ResizeObserver(() => {
    const visible = v.panel.offsetParent !== null;
    if (visible && model) refit();
    if (visible && !shown && model) changed(); // back on this tab: weights may be newer
    shown = visible;
  }).observe(v.panel);
  window.addEventListener("resize", () => model && refit());
  watch("value", () => adopt(props.value));

  element.replaceChildren(v.panel);
  adopt(props.value);
}
