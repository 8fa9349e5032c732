// How long a run trains: for a time, or for a number of steps.

import { make, segments } from "../../core/dom.js";
import { read, write } from "../../core/storage.js";
import { formRow } from "./rows.js";
import { fits } from "./rules.js";

const MINUTE_S = 60;
const SHORTEST = 0.1; // minutes
const KEPT = "latent-studio.train.seconds"; // the chosen time, while a run is by steps

/**
 * Create {elements, set(settings, chosen), allow(yes)}: the choice between both, and their rows, of
 * which one is shown; `chosen`: by the visitor, not those of a run. `done(name, value)` is called with
 * a change of `steps` or `seconds`, which is 0 for a run by steps; `first`: the seconds offered first.
 */
export function formLength(rows, { say, done, first }) {
  const kept = read(KEPT);
  let last = kept && fits(rows.seconds, kept) ? kept : first; // seconds, for the return to time
  const minutes = formRow(
    "minutes",
    { ...rows.seconds, low: SHORTEST, high: rows.seconds.high / MINUTE_S },
    { say, done: (value) => done("seconds", value * MINUTE_S) },
  );
  const steps = formRow("steps", rows.steps, { say, done: (value) => done("steps", value) });
  const options = ["seconds", "steps"].map((unit) => [unit, say(`train.by_${unit}`)]);
  const choice = segments(say("train.length"), options, (unit) => {
    if (unit === "steps") write(KEPT, last);
    done("seconds", unit === "seconds" ? last : 0);
  });
  const label = make("span", { ariaHidden: "true", textContent: say("train.length") });
  const unit = make("div", { className: "ls-field tf-unit" }, label, choice.element);

  function set({ seconds, steps: count }, chosen) {
    if (chosen) last = seconds || last;
    choice.set(seconds ? "seconds" : "steps");
    minutes.element.hidden = !seconds;
    steps.element.hidden = Boolean(seconds);
    minutes.set(Number(((seconds || last) / MINUTE_S).toFixed(2)));
    steps.set(count);
  }

  function allow(yes) {
    for (const one of choice.element.children) one.toggleAttribute("disabled", !yes);
    minutes.allow(yes);
    steps.allow(yes);
  }
  return { elements: [unit, minutes.element, steps.element], set, allow };
}
