// Latents near a given one and of its length, at equal distances: a loop, and variations.

import { latent, randomSeed } from "../../latent/latents.js";
import { basis, blend, norm } from "../../latent/vectors.js";

const LOOP_KEYS = 8; // enough for a round path
const LOOP_TURN = Math.PI / 12; // half of the largest angle between the latent and its loop
const SHEET_TURN = Math.PI / 6; // between the latent and a variation
export const SHEET = { columns: 4, rows: 3 }; // as gan.media.formats.sprite_grid arranges twelve

/** Return up to `count` random unit vectors, orthogonal to z and to each other. */
function sideways(z, count) {
  const random = Array.from({ length: count }, () => latent(randomSeed(), z.length));
  return basis([z, ...random]).slice(1);
}

/** Return the latents of a circle on the sphere of z, which starts at z. */
export function loopAround(z) {
  const [a, b = a] = sideways(z, 2); // only one direction where z has two numbers
  const [length, sin, cos] = [norm(z), Math.sin(LOOP_TURN), Math.cos(LOOP_TURN)];
  return Array.from({ length: LOOP_KEYS }, (_, i) => {
    const turn = (2 * Math.PI * i) / LOOP_KEYS;
    const inward = cos ** 2 + sin ** 2 * Math.cos(turn);
    const across = blend(inward, z, length * sin * cos * (1 - Math.cos(turn)), a);
    return blend(1, across, length * sin * Math.sin(turn), b);
  });
}

/**
 * Return twelve latents around z: along six directions and, in the same order, against them, so that
 * the steps from one to the next are equal and frame i of a clip is latent i.
 */
export function variationsOf(z) {
  const count = SHEET.columns * SHEET.rows;
  const directions = sideways(z, count / 2);
  const reach = Math.sin(SHEET_TURN) * norm(z);
  return Array.from({ length: count }, (_, i) => {
    const round = Math.floor(i / directions.length);
    const side = round % 2 ? -reach : reach;
    return blend(Math.cos(SHEET_TURN), z, side, directions[i % directions.length]);
  });
}
