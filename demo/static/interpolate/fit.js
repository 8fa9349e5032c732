// Fits a state to a model; `about` is the model's {model, model_id, z_dim, classes, shape}.

import { finalSize } from "./stage/canvas.js";
import { frameCount, rate } from "./settings.js";

/** Fit a key to a model: an unfit latent falls back to the seed, a blend to the class. */
export function fitted({ z, weights, ...key }, { z_dim, classes }) {
  /** @type {any} */
  const fit = { ...key, label: classes ? key.label % classes : 0 };
  if (classes && weights?.length === classes) fit.weights = weights;
  return z?.length === z_dim ? { ...fit, z } : fit;
}

/**
 * Return the whole scale nearest to the wanted size that the server allows:
 * {native: px of the loops at scale 1, scale, most: the largest scale, size: of the file}.
 */
export function sizes(settings, { shape: [h, w] }, { max_side, limits }) {
  const native = Math.max(h, w) * settings.tiles;
  const below = finalSize({ h, w }, { ...settings, scale: 1 }).strip;
  const room = Math.floor((max_side - 2 * settings.border - below) / native);
  const most = Math.max(1, Math.min(limits.clip.scale.high, room));
  const scale = Math.max(1, Math.min(most, Math.round(settings.side / native)));
  return { native, most, scale, size: finalSize({ h, w }, { ...settings, scale }) };
}

/** Convert settings to {frames, fps, scale} of a recipe. */
export const settled = (settings, about, server) => ({
  frames: frameCount(settings),
  fps: settings.fps,
  scale: sizes(settings, about, server).scale,
});

/** Make the recipe of the clip. */
export function recipeOf({ keys, settings }, about, server, clips) {
  const { seconds, side, ...rest } = settings;
  return clips.pack(
    {
      ...rest,
      colours: about.shape[2] === 1 ? rest.colours : "grey",
      motion: about.motion ? rest.motion : clips.defaults.motion,
      model: about.model,
      keys: keys.map((key) => fitted(key, about)),
      ...settled(settings, about, server),
    },
    about,
  );
}

/** Convert an unpacked recipe to a state {keys, chosen, settings}. */
export function restored(recipe, { shape }, choices) {
  const { keys, frames, scale, ...rest } = recipe;
  const seconds = frames / rate(rest);
  const side = scale * rest.tiles * Math.max(shape[0], shape[1]);
  return { keys, chosen: 0, settings: choices.tidy({ ...rest, seconds, side }) };
}
