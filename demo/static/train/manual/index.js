// The Manual panel: single training steps of D or G, shown in phases, and their effect.
// It polls only while it is on screen.

import { onTravel, recall, show as showInAddress } from "../../page/address.js";
import { sleep } from "../../core/debounce.js";
import { fill, html } from "../../core/dom.js";
import { endpoint } from "../../core/endpoint.js";
import { notify } from "../../core/panel_events.js";
import { isOnScreen, poll } from "../../core/poll.js";
import { batch } from "./batch.js";
import { manualControls, isActive } from "./controls.js";
import { drawing } from "./drawing.js";
import { phases } from "./phases.js";
import { explanation } from "./words.js";

const BUSY_MS = 1000; // between polls while a run trains
const IDLE_MS = 3000;
const PHASE_MS = 320; // of the first two phases of a step
const SLOW_MS = 1200; // a step in slow motion

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function mount({ element, props, server, words }) {
  const say = (key, values = {}) => fill(words[key] ?? key, values);
  const ask = endpoint(server, words);
  let status = { state: "idle", run: "", mine: false, may: true };
  let game = null;
  let number = 0; // of the displayed step
  let last = null; // the displayed step
  let movesOfD = 0; // since the last step of G
  let chosen = Object.keys(props.games)[0];
  let busy = false; // a request is in progress
  let queued = ""; // the player whose button was pressed meanwhile
  let phase = ""; // the sentence of the current phase
  let slow = false;
  let waits = false; // queued by this panel
  let away = false; // the server does not answer

  const call = (what, payload = {}) => ask(what, { key: status.key, number, ...payload });
  const isPaused = () => status.state === "paused";
  const next = () => (movesOfD >= game.d_steps ? "G" : "D");

  const controls = manualControls({
    say,
    games: Object.keys(props.games),
    on: {
      choose,
      move,
      slow: stepSlowly,
      start: () => act("begin", { preset: chosen }),
      hold: () => act("switch", { job: isPaused() ? "resume" : "pause" }),
    },
  });
  const seen = batch({ say, words });
  const why = explanation({ say });
  const parts = html`<div>
    ${controls.element}
    <p class="ls-error" role="alert" ref="error"></p>
    <div class="hd-plate" ref="plate"></div>
    ${seen.losses}
    <div class="hd-below">${seen.rows}${why.element}</div>
  </div>`;
  const { error, plate } = parts;
  element.classList.add("ls-column", "hd");
  element.append(...parts.element.children);
  const picture = drawing(plate, { say });

  onTravel("train/manual", arrive);
  arrive(recall("train/manual"));
  const look = poll(plate, refresh, () => (isActive(status) ? BUSY_MS : IDLE_MS), ["ls:train"]);

  function arrive({ networks = "" }) {
    choose(Object.hasOwn(props.games, networks) ? networks : Object.keys(props.games)[0]);
  }

  function choose(name) {
    chosen = name;
    showInAddress("train/manual", () => ({ networks: name }));
    controls.choose(name);
    if (isActive(status)) return;
    last = null;
    setGame(props.games[name]);
    render();
  }

  function setGame(now) {
    game = now;
    picture.setGame(now);
    why.setGame(now);
    seen.setGame(now);
  }

  // Send a job that changes the run; the form is notified.
  async function act(what, payload) {
    if (busy) return;
    busy = true;
    render();
    const answer = await call(what, payload);
    busy = false;
    error.textContent = answer.sentence;
    waits = answer.run === "";
    notify("ls:state");
    await look();
  }

  async function move(mover) {
    if (busy) return void (queued = mover);
    busy = true;
    error.textContent = "";
    const coming = call("move", { move: mover });
    if (!still()) await play(phases(mover, game).slice(0, 2));
    const answer = await coming;
    busy = false;
    phase = "";
    error.textContent = answer.sentence;
    if (answer.sentence) {
      slow = false;
      queued = "";
      picture.light(null);
      await look();
    } else await take(answer);
    render();
    const then = queued;
    queued = "";
    if (then && !slow) await move(then);
  }

  async function play(shown) {
    for (const one of shown) {
      if (queued) return; // another step was requested
      picture.light(one);
      phase = say(one.words);
      render();
      await sleep(PHASE_MS);
    }
  }

  async function stepSlowly() {
    slow = !slow;
    render();
    while (slow && isPaused() && isOnScreen(plate)) {
      const pause = sleep(SLOW_MS);
      await move(next());
      await pause;
    }
    slow = false;
    render();
  }

  async function refresh() {
    if (busy) return;
    const answer = await call("poll");
    if (away && !answer.offline) error.textContent = "";
    away = Boolean(answer.offline);
    if (answer.sentence && !away) error.textContent = answer.sentence;
    if (!answer.sentence && !busy) await take(answer);
    render();
  }

  async function take(answer) {
    if (answer.run !== status.run) [number, last, movesOfD] = [0, null, 0];
    status = answer;
    if (isActive(answer) && answer.mine) waits = false;
    if (answer.game) setGame(answer.game);
    if (answer.seen && answer.number !== number) await show(answer.seen, answer.number);
    if (!isPaused()) picture.light(null);
  }

  async function show(now, count) {
    number = count;
    last = now;
    movesOfD = now.who === "D" ? movesOfD + 1 : 0;
    await seen.show(now);
    picture.setFaces(seen.faces());
    picture.setMoves(now);
    picture.light(now.who ? phases(now.who, game)[2] : null);
  }

  function render() {
    const did = last?.who.toLowerCase() || "";
    controls.show({ status, next: next(), did, slow, waits, phase, away });
    seen.rows.hidden = seen.losses.hidden = last === null;
    seen.rows.dataset.stale = String(!["paused", "running"].includes(status.state));
  }
}
