// The Side by side panel: the list of experiments, and the current or last pair.
// It polls only while it is on screen, and requests only what has changed.

import { fill, make } from "../../core/dom.js";
import { clock } from "../../core/duration.js";
import { changed, endpoint } from "../../core/endpoint.js";
import { poll } from "../../core/poll.js";
import { who } from "../../core/visitor.js";
import { arena } from "./arena.js";
import { list } from "./list.js";

const BUSY_MS = 700; // between polls while the pair trains
const IDLE_MS = 3000;
const PACE_MS = 4000; // between requests of the machine's pace
const ACTIVE = ["loading", "running", "paused"];

export function mount({ element, props, server, words }) {
  const say = (key, values = {}) => fill(words[key] ?? key, values);
  element.innerHTML = `
    <div class="du-head">
      <h3></h3>
      <p class="du-status"></p>
      <div class="du-buttons">
        <button type="button" class="ls-btn du-hold"></button>
        <button type="button" class="ls-btn du-stop"></button>
        <button type="button" class="ls-btn du-open" aria-expanded="true" aria-controls="du-list"></button>
      </div>
    </div>
    <p class="ls-error" role="alert"></p>
    <section id="du-list"></section>
    <section class="du-arena" hidden></section>`;
  const ask = endpoint(server, words);
  const find = (selector) => element.querySelector(selector);
  const put = (selector, text) => {
    find(selector).textContent = text;
  };
  const [hold, stop, open] = [".du-hold", ".du-stop", ".du-open"].map(find);
  put(".du-stop", say("compare.stop"));
  put(".du-open", say("compare.experiments"));
  const choices = list(find("#du-list"), props.experiments, (name) => start(name), say);

  let cursor = {};
  let pair = null; // from demo/train/compare/pairs.py
  let comparison = null; // its arena
  let answer = { state: "idle", sides: [] };
  let chosen = null; // whether the visitor has opened or closed the list; null: automatic
  let paced = false;
  let pacedAt = -Infinity;

  const going = () => answer.live && ACTIVE.includes(answer.state);

  async function refresh() {
    try {
      await take(await server.poll({ ...cursor, who: who() }));
      if (!paced) await askPace();
    } catch {
      put(".ls-error", say("train.offline"));
      answer = { ...answer, state: "idle" };
    }
  }

  async function take(next) {
    if (find(".ls-error").textContent === say("train.offline")) put(".ls-error", "");
    answer = next;
    ({ cursor } = next);
    if (next.pair) {
      ({ pair } = next);
      const names = labels(pair, say);
      comparison = arena(find(".du-arena"), { names, pair, server, words, say });
      put("h3", pair.experiment ? say(`compare.${pair.experiment}.title`) : names.join(" / "));
    }
    if (!next.sides.length) [pair, comparison] = [null, null];
    find(".du-arena").hidden = !comparison;
    if (!comparison) put("h3", say("compare.none"));
    show();
    await comparison?.update(next);
  }

  function show() {
    const { state, mine, may, left } = answer;
    const goal = pair?.goal;
    const active = ACTIVE.includes(state);
    const parts = [];
    if (comparison) {
      const [first, second] = answer.sides;
      const over = !going();
      const early = over && Math.min(first.step, second.step) < goal;
      const key = over ? (early ? "stopped" : "done") : state;
      parts.push(make("b", {}, say(`train.state_${key}`)));
      const step = Math.max(first.step, second.step).toLocaleString();
      parts.push(make("span", {}, say("train.steps_of", { step, goal: goal.toLocaleString() })));
      if (!over && left !== null) {
        parts.push(make("span", {}, say("train.left", { time: clock(left, say) })));
      }
    } else if (!active) {
      parts.push(make("span", {}, say("compare.empty")));
    }
    if (active && !answer.live) parts.push(make("span", {}, say("compare.other_run")));
    find(".du-status").replaceChildren(...parts);

    const held = state === "paused" || !going();
    hold.textContent = say(held ? "compare.resume" : "compare.pause");
    hold.hidden = going() ? false : !answer.resumable;
    hold.disabled = going() ? !mine || state === "loading" : !may;
    stop.hidden = !going();
    stop.disabled = !mine;
    hold.title = stop.title = going() && !mine ? say("panel.refused_not_yours") : "";
    choices.allow(may, say("compare.closed"));
    const wanted = chosen ?? !pair;
    find("#du-list").hidden = !wanted;
    open.hidden = !pair;
    open.setAttribute("aria-expanded", String(wanted));
  }

  async function askPace() {
    if (performance.now() - pacedAt < PACE_MS) return;
    pacedAt = performance.now();
    const { step_s } = await server.pace({});
    paced = step_s > 0;
    if (paced) choices.pace(step_s);
  }

  async function send(what, payload) {
    put(".ls-error", "");
    const result = await ask(what, payload);
    put(".ls-error", result.sentence || (result.run === "" ? say("compare.queued") : ""));
    changed();
    return result;
  }

  async function start(experiment) {
    const { run } = await send("start", { experiment });
    if (run) chosen = false;
    show();
  }

  hold.addEventListener("click", () => {
    if (!going()) return send("resume", { run: pair.names[0] });
    return send("act", { job: answer.state === "paused" ? "resume" : "pause" });
  });
  stop.addEventListener("click", () => send("act", { job: "stop" }));
  open.addEventListener("click", () => {
    chosen = find("#du-list").hidden;
    show();
  });
  show();
  const pause = () => (going() || answer.state === "loading" ? BUSY_MS : IDLE_MS);
  poll(element, refresh, pause, ["ls:train"]);
}

// The labels of the runs: those of the experiment, or the one setting that differs.
function labels({ experiment, differences }, say) {
  if (experiment) return ["first", "second"].map((side) => say(`compare.${experiment}.${side}`));
  if (differences.length !== 1) return ["A", "B"];
  const [[name, ...values]] = differences;
  return values.map((value) => `${name} ${value}`);
}
