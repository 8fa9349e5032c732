// What the form says about the current run, the queue, and whose turn it is.

import { roughly, sentences as joined } from "../../core/format.js";

/** Return the sentences for a `status` of demo/train/form.py; `limits` are those of the server. */
export function sentences(status, limits, say) {
  const { may, taken, mine, stops, host, pair, place, waiting, most, requested, ended } = status;
  const about = (seconds) => roughly(seconds, say);
  const [run, away] = [limits.run_s, limits.away_s].map(about);
  const parts = [];
  if (requested) parts.push(say(`train.after_step_${requested}`));
  if (may !== "open") parts.push(say(`panel.refused_training_${may}`));
  if (ended) parts.push(say(`train.ended_${ended.why}`));
  if (place)
    parts.push(say("train.queue_position", { place, waiting, wait: about(status.wait_s) }));
  if (taken && mine && pair) parts.push(say("train.pair"));
  else if (taken && mine) parts.push(say(host ? "train.host_controls" : "train.you_control"));
  const endsSoon = taken && mine && status.left_s != null; // others wait
  if (endsSoon) parts.push(say("train.others_wait", { left: about(status.left_s) }));
  if (endsSoon && !host) parts.push(say("train.if_you_leave", { away }));
  if (taken && !mine) parts.push(say("train.watching"));
  if (taken && !mine && stops) parts.push(say("train.you_may_stop"));
  if (waiting && !place) parts.push(say("train.queue_length", { waiting, most }));
  if (taken && !mine && !place && may === "open")
    parts.push(say("train.queue_wait", { wait: about(status.wait_s), run }));
  return joined(parts);
}
