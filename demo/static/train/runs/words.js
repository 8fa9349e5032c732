// Texts on a run: its origin, state, results and cost.

import { html } from "../../core/dom.js";
import { clock, fileSize, formatNumber } from "../../core/format.js";
import { sentence } from "../doctor/words.js";

/** "Small and quick (default) · MNIST digits · seed 0" */
export function origin(card, say) {
  if (!card.data) return "";
  const preset = say(card.preset ? `train.preset.${card.preset}` : "train.preset_own");
  // own images have no name here: the run's title has it
  const own = card.data.startsWith("own-");
  const data = say(own ? "train.preset.own-images" : `train.value.${card.data}`);
  const parts = [...new Set([preset, data])];
  if (card.images) parts.push(say("runs.images", { count: formatNumber(card.images) }));
  return [...parts, say("runs.seed", { seed: card.seed })].join(" \u00b7 ");
}

/** "Finished: 10,000 steps" or, by time, "Finished: 3 min 0 s, 1,843 steps"; going: {state, step} of
 *  the run in progress, or null. */
export function stateText(card, going, say) {
  if (card.state === "damaged") return say("runs.damaged");
  const step = formatNumber(going?.step ?? card.step);
  const timed = card.goal_s ? "_time" : "";
  const goal = timed ? clock(card.goal_s, say) : formatNumber(card.goal);
  if (going) {
    const done = say(`train.steps_of${timed}`, { step, goal });
    return say(`train.state_${going.state}`) + say("app.comma") + done;
  }
  const time = clock(card.elapsed ?? 0, say);
  const key = card.state === "finished" ? `runs.finished${timed}` : `runs.stopped${timed}`;
  return say(key, { step, goal, time });
}

/** Return distance and diversity, each a node. */
export function figures(card, say) {
  const node = (name, value) => html`<span>${say(`train.${name}`)} <b>${value}</b></span>`.element;
  const made = [];
  if (card.frechet !== undefined) made.push(node("frechet", distance(card)));
  if (card.diversity !== undefined) made.push(node("diversity", card.diversity.toFixed(2)));
  return made;
}

/** "1.23 ± 0.04", the half width of the 95 % interval. */
export function distance({ frechet, error }) {
  const digits = frechet < 10 ? 2 : 1;
  const spread = error === undefined ? "" : ` \u00b1 ${(1.96 * error).toFixed(digits)}`;
  return frechet.toFixed(digits) + spread;
}

/** "3 min 20 s trained · 6 min 1 s of CPU · 45 MB on disk" */
export function cost(card, say) {
  const parts = [];
  if (card.elapsed) parts.push(say("train.elapsed", { time: clock(card.elapsed, say) }));
  if (card.cpu) parts.push(say("runs.cpu", { time: clock(card.cpu, say) }));
  parts.push(say("runs.disk", { size: fileSize(card.bytes) }));
  return parts.join(" \u00b7 ");
}

/** Return the last diagnosis. */
export function verdict(card, words, say) {
  const word = sentence(card.finding, words);
  return word && say("runs.doctor", { word });
}
