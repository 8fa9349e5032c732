// What a state means for one model: `about` is its {model, model_id, z_dim, classes, shape}.

import { finalSize } from "./stage/canvas.js";
import { frameCount, rate } from "./settings.js";

/** A key as this model can take it: another model's latent falls back to its seed, another
 * model's blend to its class. */
export function fitted({ z, weights, ...key }, { z_dim, classes }) {
  /** @type {any} */
  const fit = { ...key, label: classes ? key.label % classes : 0 };
  if (classes && weights?.length === classes) fit.weights = weights;
  return z?.length === z_dim ? { ...fit, z } : fit;
}

/**
 * The enlargement for the wanted size, the nearest whole one that the server allows:
 * {native: px of the loops unenlarged, scale, most: the largest scale, size: of the file}.
 */
export function sizes(wish, { shape: [h, w] }, { max_side, limits }) {
  const native = Math.max(h, w) * wish.tiles;
  const below = finalSize({ h, w }, { ...wish, scale: 1 }).strip;
  const room = Math.floor((max_side - 2 * wish.border - below) / native);
  const most = Math.max(1, Math.min(limits.clip.scale.high, room));
  const scale = Math.max(1, Math.min(most, Math.round(wish.side / native)));
  return { native, most, scale, size: finalSize({ h, w }, { ...wish, scale }) };
}

/** What a wish comes to here: {frames, fps, scale}, as in a recipe. */
export const settled = (wish, about, server) => ({
  frames: frameCount(wish),
  fps: wish.fps,
  scale: sizes(wish, about, server).scale,
});

/** The clip's recipe. Throws ClipError where there can be none. */
export function recipeOf({ keys, wish }, about, server, clips) {
  const { seconds, side, ...rest } = wish;
  return clips.pack(
    {
      ...rest,
      colours: about.shape[2] === 1 ? rest.colours : "grey",
      model: about.model,
      keys: keys.map((key) => fitted(key, about)),
      ...settled(wish, about, server),
    },
    about,
  );
}

/** {keys, chosen, wish} of what a recipe was unpacked to. */
/** @param {any} recipe */
export function restored({ keys, frames, scale, ...rest }, { shape }, choices) {
  const seconds = frames / rate(rest);
  const side = scale * rest.tiles * Math.max(shape[0], shape[1]);
  return { keys, chosen: 0, wish: choices.tidy({ ...rest, seconds, side }) };
}
