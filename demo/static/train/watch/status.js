// The status line of a run.

import { make } from "../../core/dom.js";
import { clock, formatNumber } from "../../core/format.js";

export const ACTIVE = ["loading", "running", "paused"]; // states of this server's run
export const GOING = [...ACTIVE, "elsewhere"];

/**
 * Return elements for an answer of demo/train/watch/progress.py; a stopped run is one that ended early.
 */
export function status(run, say) {
  const { state, step, goal, goal_s, rate, elapsed, cpu, left, requested } = run;
  const count = (n) => formatNumber(n);
  const early = state === "done" && (goal_s ? elapsed < goal_s : step < goal);
  const parts = [make("b", {}, say(`train.state_${requested ?? (early ? "stopped" : state)}`))];
  const add = (key, values) => parts.push(make("span", {}, say(key, values)));
  if (goal_s) add("train.at_step", { step: count(step) });
  else add("train.steps_of", { step: count(step), goal: count(goal) });
  if (rate && ["running", "elsewhere"].includes(state))
    add("train.rate", { rate: count(Math.round(rate)) });
  if (goal_s) add("train.time_of", { time: clock(elapsed ?? 0, say), goal: clock(goal_s, say) });
  else if (elapsed) add("train.elapsed", { time: clock(elapsed, say) });
  if (cpu) add("watch.cpu", { time: clock(cpu, say) });
  if (left !== null && GOING.includes(state)) add("train.left", { time: clock(left, say) });
  return parts;
}
