// Interpolate: keyframes in a strip, the loop through them playing live, and the wish for a file.
// Keyframes belong to the browser tab: they are kept in localStorage, one set for each model.

const UNDO_MOST = 50;

function sideForm() {
  return new Promise((resolve) => {
    const look = () => {
      const found = document.querySelector(".lc-form");
      if (found) resolve(found);
      else requestAnimationFrame(look);
    };
    look();
  });
}

export async function mount({ element, props, trigger, watch, server, words }) {
  const query = new URL(import.meta.url).search;
  const parts = ["loop", "keys", "form", "keep"].map((part) => `interpolate-${part}`);
  const [loops, strips, forms, kept, { latent }, { classText }, { bytes }, { fill }] =
    await Promise.all([...parts, "latents", "recipe", "base64", "dom"].map(
      (file) => import(`./${file}.js${query}`)));
  const say = (key, values = {}) => fill(words[`interpolate.${key}`] ?? key, values);

  element.innerHTML = `
    <div class="ls-plate lc-plate"><canvas role="img" aria-label="${say("canvas")}"></canvas></div>
    <div class="lc-transport">
      <button class="ls-btn lc-play"></button>
      <input class="ls-range lc-scrub" type="range" min="0" max="1" value="0" disabled
        aria-label="${say("scrub")}">
      <output class="lc-time"></output>
    </div>
    <p class="ls-error lc-error" role="alert"></p>
    ${strips.MARKUP(say)}`;
  const error = element.querySelector(".lc-error");

  let model; // id; null when the server has none
  let about = { z_dim: 0, classes: 10, width: 28 }; // of the model, from its last preview
  let state = { keys: kept.goodKeys(), chosen: 0, past: [], wish: forms.tidy({}) };
  let asked = ""; // the preview last asked for
  let busy = false;
  const thumbs = new Map();

  // A key as this model can take it: another model's latent falls back to its seed, and another
  // model's blend to its class.
  function fitted({ z, weights, ...key }) {
    const fit = { ...key, label: about.classes ? key.label % about.classes : 0 };
    if (weights?.length === about.classes) fit.weights = weights;
    if (z && (!about.z_dim || z.length === about.z_dim)) return { ...fit, z };
    return { ...fit, seed: key.seed ?? 0 };
  }

  const name = (key) => `${model} ${JSON.stringify(fitted(key))}`;
  const clip = () => ({
    model,
    keys: state.keys.map(fitted),
    path: state.wish.path,
    frames: forms.frameCount(state.wish),
  });
  // What is played of it: a clip too long to export is still worth looking at.
  const shown = () => {
    const wish = clip();
    return { ...wish, frames: Math.min(wish.frames, props.max_frames) };
  };

  const loop = loops.player(element, say, (phase) => {
    const at = Math.floor(phase * state.keys.length + 1e-6);
    strip.mark(state.wish.path === "circle" ? -1 : at);
  });

  const strip = strips.strip(element, say, {
    paint: loops.paint,
    change(keys, chosen) {
      const past = [...state.past, { keys: state.keys, chosen: state.chosen }].slice(-UNDO_MOST);
      settle({ keys, chosen, past });
    },
    undo() {
      const { keys, chosen } = state.past.at(-1);
      settle({ keys, chosen, past: state.past.slice(0, -1) });
    },
    pick(chosen) {
      settle({ chosen });
      if (state.wish.path !== "circle") loop.go(chosen / state.keys.length);
    },
    explored: () => kept.exploring(model, latent),
    classText,
  });

  const side = forms.form(
    await sideForm(),
    say,
    { frames: props.max_frames, side: props.max_side },
    (wish) => settle({ wish }),
  );

  function show() {
    strip.show({ ...state, classes: about.classes }, (key) => thumbs.get(name(key)));
    strip.reveal();
    side.show(state.wish, state.keys.length, about.width);
  }

  // Every change ends here: shown, kept, sent to Gradio, and drawn again if it looks different.
  function settle(change) {
    state = { ...state, ...change };
    if (state.keys.length !== 2 && state.wish.path === "circle") {
      state.wish = { ...state.wish, path: "spline" };
    }
    show();
    const { keys, chosen, wish } = state;
    kept.remember(model, { keys, chosen, wish });
    const scale = side.scale(wish.side, about.width);
    props.value = { ...clip(), fps: wish.fps, format: wish.format, scale };
    trigger("change");
    const frames = forms.frameCount(wish);
    loop.last(frames / forms.rate(wish));
    refresh();
  }

  // One request at a time, and always one more for the newest state.
  async function refresh() {
    if (busy || !model) return;
    busy = true;
    try {
      for (;;) {
        const wish = shown();
        if (JSON.stringify(wish) === asked) break;
        asked = JSON.stringify(wish);
        const names = state.keys.map(name);
        const answer = await server.preview(wish);
        if (answer.error && JSON.stringify(shown()) !== asked) continue;
        error.textContent = answer.error ?? "";
        if (!answer.error) arrived(answer, names);
      }
    } catch {
      asked = "";
      error.textContent = say("offline");
    }
    busy = false;
  }

  function arrived(answer, names) {
    const known = about.z_dim === answer.z_dim && about.classes === answer.classes;
    const resized = about.width !== answer.width;
    about = { ...answer, frames: undefined, thumbs: undefined };
    const raw = bytes(answer.thumbs);
    const size = answer.width * answer.height * answer.channels;
    if (thumbs.size > 500) thumbs.clear();
    names.forEach((key, i) => {
      thumbs.set(key, { raw: raw.slice(i * size, (i + 1) * size), ...about });
    });
    loop.show(answer);
    if (known && !resized) show();
    else settle({});
  }

  function meet(next) {
    if (next === model) return;
    const first = !model;
    model = next;
    if (!model) {
      error.textContent = words["app.no_model"] ?? "";
      return;
    }
    if (first) {
      const { keys, chosen, wish } = kept.recall(model);
      const good = kept.goodKeys(keys);
      settle({
        keys: good,
        chosen: Math.min(Math.max(0, Math.trunc(chosen) || 0), good.length - 1),
        wish: forms.tidy(wish),
      });
    } else settle({}); // the same seeds and classes, drawn by the new model
    collect();
  }

  // What Explore has sent for this model goes into the loop.
  function collect() {
    const sent = model ? kept.takeKeys(model) : [];
    if (sent.length) strip.insert(sent);
  }

  new IntersectionObserver(() => {
    collect();
    show(); // Explore may have moved meanwhile
  }).observe(element);
  window.addEventListener(kept.SENT, collect);
  watch("value", () => meet(props.value?.model ?? null));
  meet(props.value?.model ?? null);
}
