// The Interpolate tab: keyframes on a timeline, the loop playing live, and the export form.
// Its state belongs to the browser and is stored in localStorage per model.

import { onTravel, recall, show as showInAddress } from "../page/address.js";
import { base64url, base64urlText } from "../core/base64.js";
import { timers } from "../core/debounce.js";
import { fill, speaker } from "../core/dom.js";
import { History } from "../core/history.js";
import * as kept from "../core/keyframe_store.js";
import { Engine } from "../engine/engine.js";
import { PlanError } from "../latent/curves.js";
import { latent } from "../latent/latents.js";
import { ClipRecipes } from "../recipes/clip_recipe.js";
import { RecipeError } from "../recipes/image_recipe.js";
import { TimeSlider } from "../time/time_slider.js";
import { Actions } from "./actions.js";
import { Add } from "./keyframes/add.js";
import { swatch } from "./stage/canvas.js";
import { Editor } from "./keyframes/editor.js";
import { Estimate } from "./export/estimate.js";
import { KeyframePictures } from "./keyframes/pictures.js";
import { fitted, sizes, settled, recipeOf, restored } from "./fit.js";
import { FileForm } from "./export/form.js";
import { Model } from "./model.js";
import { PathForm } from "./path_form.js";
import { Choices, frameCount } from "./settings.js";
import { ClipShare } from "./export/share.js";
import { Stage } from "./stage/stage.js";
import { Strip } from "./timeline/strip.js";
import { View, sideForm } from "./view.js";

const [KEEP_MS, FIGURES_MS] = [200, 250];
const STEPS_MOST = 100; // that can be undone

export async function mount({ element, props, trigger, watch, server, words }) {
  const say = speaker(words, "interpolate");
  const engine = new Engine(server);
  const tables = props.colours ?? {};
  const { limits } = props;
  const choices = new Choices(limits);
  const clips = new ClipRecipes(limits);
  const history = new History(changed, STEPS_MOST); // of {keys, chosen, settings}
  history.begin({ keys: kept.firstKeys(), chosen: 0, settings: { ...choices.start } });
  const later = timers();
  let about = null; // of the model, once there is one
  let shown = {}; // the displayed state
  let unsent = null; // the state that is not yet sent to Gradio and stored
  let lack = null; // why there is no loop, or null

  // --- parts ---------------------------------------------------------------------------------
  /** @type {any} */
  const parts = {};
  const actions = new Actions(words, history, choices, parts);
  const stage = new Stage(engine, say("canvas"), tables, {
    placed: (time, index) => view.placed(time, index),
    filmed: () => strip.film(),
    measured: () => replay(),
    drawn: () => showFigures(),
    failed: (error) => view.error(error?.code === "offline" ? say("offline") : error?.message),
    played: (playing) => view.played(playing),
  });
  const strip = new Strip(words, actions, (time) => stage.frame(time));
  const editor = new Editor(words, limits.keyframe.length.high, actions);
  const add = new Add(words, choices.keysMost, {
    insert: (keys) => actions.insert(keys),
    explored: () => about && kept.exploring(time.base, latent, limits),
    about: () => about,
    find: (payload) => server.find(payload),
    draw: (key) => engine.draw(about.model, [key.z], about.classes ? [key.label] : [], "found"),
  });
  const time = new TimeSlider(words, server, { show() {}, rest: (id) => model.setModel(id) });
  Object.assign(parts, { stage, strip, editor, add, time });
  const view = (parts.view = new View(words, element, parts, actions));
  const path = new PathForm(words, choices, actions);
  const file = new FileForm(words, choices, actions, (name) => swatch(tables[name] ?? ""));
  const share = new ClipShare(words, clips, {
    recipe() {
      if (lack) throw new RecipeError(lack);
      return recipeOf(history.state, about, props, clips);
    },
    settings: () => settled(history.state.settings, about, props),
    about: () => about,
    choose: (id) => model.choose(id),
    restore: (clip) => history.go(restored(clip, about, choices)),
    insert: (key) => actions.insert([key]),
    say: (sentence) => view.error(sentence, true),
  });
  const pictures = new KeyframePictures(engine, choices.keysMost, parts);
  const estimate = new Estimate(props, server, say, file);
  const model = new Model(
    { server, props, trigger, words },
    { onModel, failed: (why) => view.error(words[why] ?? why) },
  );
  share.accept(element);
  (await sideForm()).append(path.element, file.element);
  file.top.append(share.element);

  // --- showing -------------------------------------------------------------------------------
  /** Plan, draw and show a changed state at once; store it and send it to Gradio soon. */
  function changed(state) {
    if (!about) return;
    view.error("", true);
    const { keys, chosen, settings } = state;
    const fit = keys.map((key) => fitted(key, about));
    const other = keys !== shown.keys || settings !== shown.settings;
    if (other) replay();
    else pictures.show(fit, state, about);
    const size = sizes(settings, about, props);
    const label = fit[chosen]?.label ?? 0;
    path.show(settings);
    file.show(settings, size);
    add.show({ label, labels: about.labels, full: keys.length >= choices.keysMost });
    view.undo.disabled = !history.past.length;
    view.redo.disabled = !history.future.length;
    estimate.look({ frames: frameCount(settings), size: size.size }, lack, other);
    shown = unsent = state;
    later("keep", KEEP_MS, keep);
    showInAddress("interpolate", () => ({ loop: base64url(JSON.stringify(inAddress(state))) }));
  }

  function replay() {
    const { keys, settings } = history.state;
    const fit = keys.map((key) => fitted(key, about));
    const { scale } = sizes(settings, about, props);
    lack = null;
    const colours = about.shape[2] === 1 ? settings.colours : "grey"; // colour maps are for grey pictures
    stage.canvas.setStyle({ ...settings, colours, scale });
    try {
      stage.play(fit, settings, about, keys);
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      const least = about.motion ? 1 : choices.needs(settings.path).least;
      lack = keys.length < least ? say(`needs_${least}`) : fill(words[error.message], error.values);
      stage.rest();
      stage.canvas.setStyle({ ...settings, tiles: 1, scale });
    }
    stage.canvas.setMessage(lack ?? "", pictures.chosen);
    element.classList.toggle("lc-lacking", Boolean(lack));
    pictures.show(fit, history.state, about);
    showFigures();
  }

  function showFigures() {
    later("figures", FIGURES_MS, () =>
      path.showFigures(stage.plan?.figures(), stage.plan && stage.frames.evenness()),
    );
  }

  // --- storage and other panels -----------------------------------------------------------------
  function keep() {
    // while another model is loading, nothing must select this one again
    if (!unsent || model.wanted !== about?.model) return;
    const { settings: wish, ...rest } = unsent; // as earlier versions stored it
    kept.remember(time.base, { ...rest, wish });
    unsent = null;
    if (lack) return;
    const recipe = recipeOf(history.state, about, props, clips);
    estimate.want(recipe);
    props.value = recipe;
    trigger("change");
  }

  // What of a state goes into the address: of the settings only those that differ from a new loop's.
  function inAddress({ keys, chosen, settings }) {
    const own = Object.entries(settings).filter(([name, value]) => value !== choices.start[name]);
    return { keys, chosen, wish: Object.fromEntries(own) };
  }

  function fromAddress({ loop }) {
    try {
      const { keys, chosen, wish } = JSON.parse(base64urlText(loop));
      return { keys, chosen, wish: { ...choices.start, ...wish } };
    } catch {
      return null;
    }
  }

  /** Return a valid state from a stored one. */
  function valid({ keys, chosen, wish }) {
    const good = kept.goodKeys(keys, limits);
    const at = Math.min(Math.max(0, Math.trunc(chosen) || 0), Math.max(0, good.length - 1));
    return { keys: good, chosen: at, settings: choices.tidy(wish) };
  }

  // The first model restores its stored state; later ones keep the current state.
  function onModel(next) {
    view.error("");
    const first = !about;
    about = next;
    time.setModel(about.model);
    file.offer(about.shape[2] === 1);
    path.offer(Boolean(about.motion));
    if (first) {
      history.state = valid(fromAddress(recall("interpolate")) ?? kept.recall(time.base));
    }
    shown = {};
    changed(history.state);
    collect();
    share.arrive();
  }

  // Insert the keyframes that Explore has sent for this model.
  function collect() {
    const sent = about ? kept.takeKeys(time.base, limits) : [];
    if (sent.length) actions.insert(sent);
  }

  engine.onweights = async (model_id) => {
    about = await model.renew(model_id);
    time.look();
    stage.renew();
    pictures.renew(about);
    shown = {};
    changed(history.state);
  };
  onTravel("interpolate", (texts) => {
    const given = fromAddress(texts);
    if (given && about) history.go(valid(given));
  });
  kept.before(document.querySelector(".lc-actions"), keep);
  kept.whenSent(element, collect);
  watch("value", () => {
    const { wanted, model: id = null } = props.value ?? {};
    if (!wanted && (!id || id !== time.base)) model.setModel(id); // keep the shown step of the same run
  });
  await model.setModel(props.value?.model ?? null);
}
