// The Side by side panel: the list of experiments, and the current or last pair.
// It polls only while it is on screen, and requests only what has changed.

import { onTravel, recall, show as showInAddress } from "../../page/address.js";
import { fill, html, make } from "../../core/dom.js";
import { endpoint } from "../../core/endpoint.js";
import { changed } from "../../core/panel_events.js";
import { poll } from "../../core/poll.js";
import { stepOf } from "../../core/shown_step.js";
import { ACTIVE, status } from "../watch/status.js";
import { arena } from "./arena.js";
import { list } from "./list.js";

const BUSY_MS = 700; // between polls while the pair trains
const IDLE_MS = 3000;
const PACE_MS = 4000; // between requests of the machine's pace

export function mount({ element, props, server, words }) {
  const say = (key, values = {}) => fill(words[key] ?? key, values);
  const parts = html`<div>
    <div class="du-head">
      <h2 class="ls-subtitle" ref="title"></h2>
      <p class="ls-facts du-status" ref="status"></p>
      <div class="ls-buttons">
        <button class="ls-btn" ref="hold"></button>
        <button class="ls-btn" ref="stop">${say("compare.stop")}</button>
        <button class="ls-btn" aria-controls="du-list" ref="open">${say("compare.experiments")}
        </button>
      </div>
    </div>
    <p class="ls-error" role="alert" ref="error"></p>
    <section id="du-list" ref="experiments"></section>
    <section class="du-arena" ref="arena"></section>
  </div>`;
  element.append(...parts.element.children);
  const { title, hold, stop, open, error } = parts;
  const ask = endpoint(server, words);
  const choices = list(parts.experiments, props.experiments, (name) => start(name), say);

  let cursor = {};
  let pair = null; // from demo/train/compare/pairs.py
  let shown = null; // its arena
  let answer = { state: "idle", sides: [] };
  let paced = false;
  let pacedAt = -Infinity;

  let at = null; // the displayed step, at first that of the address; null: the newest
  let chosen = null; // whether the visitor has opened or closed the list; null: automatic
  function arrive(texts) {
    at = stepOf(texts.at);
    chosen = { open: true, closed: false }[texts.list] ?? null;
  }
  arrive(recall("train/compare"));
  const note = () =>
    showInAddress("train/compare", () => ({
      ...(at !== null && { at: String(at) }),
      ...(chosen !== null && { list: chosen ? "open" : "closed" }),
    }));
  function onStep(step) {
    at = step;
    note();
  }

  const going = () => answer.live && ACTIVE.includes(answer.state);

  async function refresh() {
    const next = await ask("poll", cursor);
    if (next.offline) {
      parts.status.textContent = next.sentence;
      error.textContent = "";
      answer = { ...answer, state: "idle" };
      hold.disabled = stop.disabled = true;
      choices.allow(false, next.sentence);
      return;
    }
    if (error.textContent === say("train.offline")) error.textContent = "";
    await take(next);
    if (!paced) await askPace();
  }

  async function take(next) {
    answer = next;
    ({ cursor } = next);
    if (next.pair) {
      ({ pair } = next);
      const names = labels(pair, say);
      if (shown) at = null; // another pair has other steps
      shown = arena(parts.arena, { names, pair, server, words, at, onStep, say });
      title.textContent = pair.experiment
        ? say(`compare.${pair.experiment}.title`)
        : names.join(" / ");
    }
    if (!next.sides.length) [pair, shown, at] = [null, null, null];
    if (!pair) title.textContent = say("compare.none");
    show();
    await shown?.update(next);
  }

  function show() {
    const { state, mine, may, left } = answer;
    const active = ACTIVE.includes(state);
    const line = [];
    if (pair) {
      const steps = answer.sides.map(({ step }) => step);
      const over = Math.min(...steps) < pair.goal ? "stopped" : "done";
      const now = {
        state: going() ? state : over,
        step: Math.max(...steps),
        goal: pair.goal,
        left,
      };
      line.push(...status(now, say));
    } else if (!active) line.push(make("span", {}, say("compare.empty")));
    if (active && !answer.live) line.push(make("span", {}, say("compare.other_run")));
    parts.status.replaceChildren(...line);

    const held = state === "paused" || !going();
    hold.textContent = say(held ? "compare.resume" : "compare.pause");
    hold.hidden = going() ? false : !answer.resumable;
    hold.disabled = going() ? !mine || state === "loading" : !may;
    stop.hidden = !going();
    stop.disabled = !mine;
    hold.title = stop.title = going() && !mine ? say("panel.refused_not_yours") : "";
    choices.allow(may, say("compare.closed"));
    const wanted = chosen ?? !pair;
    parts.experiments.hidden = !wanted;
    open.hidden = parts.arena.hidden = !pair;
    open.setAttribute("aria-expanded", String(wanted));
  }

  async function askPace() {
    if (performance.now() - pacedAt < PACE_MS) return;
    pacedAt = performance.now();
    const { step_s } = await ask("pace");
    paced = step_s > 0;
    if (paced) choices.pace(step_s);
  }

  async function send(what, payload) {
    error.textContent = "";
    const result = await ask(what, payload);
    error.textContent = result.sentence || (result.run === "" ? say("compare.queued") : "");
    changed();
    return result;
  }

  async function start(experiment) {
    const { run } = await send("start", { experiment, language: navigator.language });
    if (run) choose(false);
  }

  hold.addEventListener("click", () => {
    if (!going()) return send("resume", { run: pair.names[0] });
    return send("act", { job: answer.state === "paused" ? "resume" : "pause" });
  });
  stop.addEventListener("click", () => send("act", { job: "stop" }));
  open.addEventListener("click", () => {
    choose(parts.experiments.hidden);
  });
  function choose(opened) {
    chosen = opened;
    note();
    show();
  }
  onTravel("train/compare", (texts) => {
    arrive(texts);
    shown?.go(at);
    note();
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
