// The Explore tab: one latent, kept in this browser tab, and the controls that move it.

import { onTravel, recall, show as showInAddress } from "../page/address.js";
import { named } from "../core/class_names.js";
import { watchConnection } from "../page/connection.js";
import { timers } from "../core/debounce.js";
import { segments, speaker } from "../core/dom.js";
import { hubName } from "../core/hub_request.js";
import { openListsOnPress } from "../page/list_opening.js";
import { splitId } from "../core/shown_step.js";
import { StoredState } from "../core/storage.js";
import { followAddress } from "../page/tabs.js";
import { Sketch } from "../draw/sketch.js";
import { Engine } from "../engine/engine.js";
import { paint, pictureOf } from "../engine/paint.js";
import { unpack } from "../engine/scheduler.js";
import { SEED_MAX } from "../latent/latents.js";
import { TimeSlider } from "../time/time_slider.js";
import { stateOf, textsOf } from "./address.js";
import { Attributes } from "./attributes.js";
import { Classes } from "./classes.js";
import { Compare } from "./compare.js";
import { Controls } from "./controls.js";
import { Directions } from "./directions.js";
import { LatentMap } from "./map.js";
import { Models } from "./models.js";
import { Motion } from "./motion.js";
import { MovingPictures } from "./moving.js";
import { Pictures } from "./pictures.js";
import { PictureShare } from "./share.js";
import { LatentStore, fitted } from "./state.js";
import * as view from "./view.js";

export async function mount({ element, props, trigger, watch, server, words }) {
  openListsOnPress(server.pictures); // the first tab's script also serves the whole page
  followAddress();
  watchConnection(words, () => model && redraw());
  const w = speaker(words, "explore");
  const engine = new Engine(server);
  const stored = new StoredState("latent-studio.explore.");
  const store = new LatentStore(changed);
  const later = timers();
  let model = null; // the panel's value
  let shown = null; // {image, state}: the large picture and the state it was drawn from
  let picture = ""; // its seed and class: another one is a new picture, not a moved one
  let wanted = {}; // the texts of an address to go to
  let why = null; // the key of the last change: what caused it
  let dragged = null; // the same during a drag: a direction's images do not change along itself
  let [frame, fittedTo, described] = [0, 0, null]; // described: the model_id of `model`'s directions

  // --- parts ---------------------------------------------------------------------------------
  const page = {
    words,
    store,
    say,
    isActive: () => model && v.panel.offsetParent !== null,
    model: () => model,
    shown: () => shown,
    open: (id, make) => models.open(id, make),
  };
  const directions = new Directions(words, store, () => redrawParts("directions"));
  const classes = new Classes(words, (chosen, key) => store.go({ classes: chosen }, key));
  const attributes = new Attributes(words, store, {
    find: (payload) => server.attributes(payload),
    model: page.model,
  });
  const map = new LatentMap(words, store, () => redrawParts("map"));
  const compare = new Compare(words, store, {
    wanted: () => rest("compare"),
    direction(axis) {
      if (!directions.add(w("own_name"), axis)) say(w("own_full"));
    },
  });
  const motion = new Motion(words, store, () => pictures.hero());
  const sketch = new Sketch(words, {
    find: (payload) => server.find(payload),
    found: (z, label, key) =>
      store.go({ z, scale: 1, ...(model.classes ? { classes: label } : {}) }, key),
    back: () => store.undo(),
    model: page.model,
  });
  const time = new TimeSlider(words, server, {
    state: () => store.state,
    show(id, image) {
      model = { ...model, model: id };
      showInAddress("", () => ({ model: model.model }));
      if (image) paint(v.hero, (shown = { image, state: store.state }).image);
    },
    rest: redraw,
  });
  const models = new Models(server, {
    ...page,
    time,
    setValue,
    choose(id) {
      props.value = { wanted: id };
      trigger("submit");
    },
  });
  const share = new PictureShare(words, props.limits, page);
  const companions = { map, compare, draw: sketch };
  const options = Object.keys(companions).map((name) => [name, w(`mode.${name}`)]);
  const modes = segments(w("modes"), options, choose);
  const pictures = new Pictures(engine, {
    ...page,
    dragged: () => dragged,
    at: (z, t) => motion.at(z, t),
    moves: () => model?.motion && engine.where === "browser",
    parts: { directions, classes, map, compare },
    hero(image, state) {
      shown = { image, state };
      paint(v.hero, image);
      sketch.drawn(image);
      if (v.hero.height !== fittedTo) refit();
    },
  });
  const rest = (...names) => model && pictures.rest(...names);
  /** Redraw small pictures though the latent has not changed. */
  const redrawParts = (...names) => {
    dragged = null;
    rest(...names);
  };
  const controls = new Controls(page);
  const parts = {
    modes,
    companions,
    time,
    share,
    controls,
    motion,
    classes,
    directions,
    attributes,
  };
  const v = view.skeleton(words, parts);
  function choose(chosen) {
    modes.set(chosen);
    for (const [name, { element }] of Object.entries(companions)) element.hidden = name !== chosen;
    rest();
  }
  function say(sentence) {
    v.error.textContent = sentence;
  }

  // --- showing -------------------------------------------------------------------------------
  function changed(state, key) {
    time.moved();
    pictures.hero();
    stored.keep(time.base, state);
    const { seed, classes } = state;
    const now = `${seed} ${Array.isArray(classes) ? "" : classes}`;
    showInAddress("explore", () => textsOf(state, model), picture !== "" && now !== picture);
    picture = now;
    dragged = why = key;
    if (!frame) frame = requestAnimationFrame(show);
  }
  function show() {
    frame = 0;
    const { state } = store;
    directions.show(state.z);
    classes.show(state.classes);
    map.show(state.z);
    compare.moved(why);
    controls.show();
    rest();
  }
  function refit() {
    fittedTo = v.hero.height;
    view.fit(v);
  }

  // --- models --------------------------------------------------------------------------------
  function setValue(value) {
    if (!value?.model || value.error) {
      say(value?.error ?? words["app.no_model"]);
      if (!model) v.panel.classList.add("ls-empty");
      return;
    }
    const [before, first] = [model, !model];
    engine.fetch(value.model, value.weights);
    time.setModel(value.model);
    model = { ...value, model: time.model, labels: named(value, words) };
    described = value.model_id;
    view.showInMenu(value);
    v.panel.classList.remove("ls-empty");
    const shape = (m) => m && String([m.z_dim, m.classes, m.shape]);
    const other = shape(before) !== shape(model);
    const kind = (m) => m && String([m.data, m.labels, m.shape]);
    showInAddress(
      "",
      () => ({ model: model.model }),
      before && splitId(before.model)[0] !== time.base,
    );
    motion.setModel(model);
    if (kind(before) !== kind(model)) {
      classes.setModel(model);
      sketch.setModel(model);
    }
    if (other) {
      const kept = first
        ? (stateOf(recall("explore"), model.z_dim) ??
          stored.find(model.model, model.z_dim, SEED_MAX))
        : null;
      store.begin(fitted(model, kept, store.state));
      map.setModel(model);
      compare.setModel(model);
      controls.fold();
      if (first) v.hero.width = v.hero.height = model.shape[0]; // for its place on the page
      if (first && !kept) paintFirst();
      refit();
    }
    directions.setModel({ ...model, model: time.base });
    if (kind(before) !== kind(model)) attributes.setModel(model);
    if (other) return changed(store.state, null);
    classes.show(store.state.classes);
    redraw();
  }
  /** Redraw the same latent with other weights. */
  function redraw() {
    pictures.hero();
    redrawParts();
  }
  /** Show the model and the picture of an address, as far as it has them. */
  function visit(texts) {
    return models.open(texts.model ?? model.model, (about) =>
      fitted(about, stateOf(texts, about.z_dim), store.state),
    );
  }
  function paintFirst() {
    const drawn = unpack(model.first);
    const at = drawn.count > 1 ? store.state.classes : 0; // with many classes there is only one
    shown = { image: pictureOf(drawn, at), state: store.state };
    paint(v.hero, shown.image);
    classes.thumbs.forEach((canvas, i) => paint(canvas, drawn, i));
  }
  engine.onwhere = (where) => {
    v.where.textContent = w(`where.${where}`);
    v.where.title = w(`where_hint.${where}`);
    v.where.dataset.where = where;
    if (where === "browser") pictures.hero(); // it may differ from the server's in the last bit
  };
  engine.onweights = async (id) => {
    model = { ...model, model_id: id };
    const newer = model.motion && (await models.describe(model.model).catch(() => null));
    if (newer?.motion) motion.setModel(newer);
    if (page.isActive()) redraw();
    time.look();
  };

  // --- wiring --------------------------------------------------------------------------------
  let visited = false;
  new ResizeObserver(() => {
    const visible = page.isActive();
    if (visible) refit();
    if (visible && !visited) {
      // when the tab is opened again, weights and directions may be newer
      redraw();
      if (described !== model.model_id) models.describe(time.base).then(setValue, () => {});
    }
    visited = visible;
  }).observe(v.panel);
  window.addEventListener("resize", () => model && refit());
  watch("value", () => props.value?.wanted || setValue(props.value));

  new MovingPictures(pictures).watch(v.panel);
  share.accept(v.panel, (file, at) => {
    const sketched = sketch.element.contains(at);
    if (sketched) sketch.load(file);
    return sketched;
  });
  choose("map");
  element.replaceChildren(v.panel);
  // Gradio sets overflow: hidden, within which position: sticky does not work
  element.closest(".gradio-container")?.style.setProperty("overflow", "clip");
  for (const panel of ["", "explore"]) {
    onTravel(panel, (texts) => {
      wanted = { ...wanted, ...texts };
      later("visit", 0, () => {
        if (model && Object.keys(wanted).length) visit(wanted); // once for both
        wanted = {};
      });
    });
  }
  const { model: id = props.value?.model } = recall("");
  const isOther = id !== props.value?.model;
  const first =
    isOther && hubName(id) === null ? await visit({ model: id, ...recall("explore") }) : null;
  if (first) {
    store.begin(store.state); // nothing to undo yet
    show();
  } else setValue(props.value);
  share.arrive(); // the recipe of a link, if the page was opened by one
}
