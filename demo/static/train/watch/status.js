// The line that says how the run stands.

import { make } from "../../core/dom.js";
import { clock } from "../../core/duration.js";

export const ACTIVE = ["loading", "running", "paused", "elsewhere"];

/**
 * Elements for an answer of demo/train/watch/progress.py of the run `run`; `recorded`: there is a
 * film.
 */
export function status({ state, step, goal, rate, elapsed, cpu, left }, run, recorded, say) {
  if (!run && state === "idle") {
    return [make("span", {}, say(recorded ? "train.recorded" : "train.nothing_yet"))];
  }
  const count = (n) => n.toLocaleString();
  const early = state === "done" && step < goal;
  const parts = [make("b", {}, say("train.state_" + (early ? "stopped" : state)))];
  const tell = (key, values) => parts.push(make("span", {}, say(key, values)));
  tell("train.steps_of", { step: count(step), goal: count(goal) });
  if (rate && ["running", "elsewhere"].includes(state))
    tell("train.rate", { rate: count(Math.round(rate)) });
  if (elapsed) tell("train.elapsed", { time: clock(elapsed, say) });
  if (cpu) tell("watch.cpu", { time: clock(cpu, say) });
  if (left !== null && ACTIVE.includes(state)) tell("train.left", { time: clock(left, say) });
  return parts;
}
