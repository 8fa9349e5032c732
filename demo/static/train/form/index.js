// The form of the Train tab: the settings, the buttons, and the position in the queue.
// It polls only while the Train tab is open.

import { onTravel, recall, show as showInAddress } from "../../page/address.js";
import { sleep } from "../../core/debounce.js";
import { fill, html } from "../../core/dom.js";
import { endpoint } from "../../core/endpoint.js";
import { notify, viewTab } from "../../core/panel_events.js";
import { poll } from "../../core/poll.js";
import { stayPresent } from "../../page/presence.js";
import { settingsOf, textsOf } from "./address.js";
import { formFields } from "./fields.js";
import { formPace } from "./pace.js";
import { restored } from "./rules.js";
import { formSteer } from "./steer.js";
import { sentences } from "./words.js";

const QUEUED_MS = 1000; // between polls while queued
const BUSY_MS = 2000; // while a run trains
const IDLE_MS = 4000;

// the run that Watch shows in place of the one in progress
const watched = () => recall("train/watch").run;

export function mount({ element, props, trigger, server, words }) {
  const say = (key, values = {}) => fill(words[key] ?? key, values);
  const ask = endpoint(server, words);
  let status = { state: "idle", may: "open", place: 0 };
  let config = null; // of the present run
  let away = false; // the server does not answer
  let shown = ""; // the settings shown
  let offeredOwn = false;

  const bring = () => viewTab("images")?.click();
  const fields = formFields({ offered: props.offered, say, changed, bring });
  const { presets, first, rows } = props.offered;
  let draft = restored(settingsOf(recall("train"), presets), fields.settings(), rows);
  const steer = formSteer({ say, send: (changes) => act("configure", changes) });
  const pace = formPace({ say, ask: (settings) => ask("pace", { settings }) });
  const parts = html`<div>
    ${fields.top}
    <div class="tf-notes">
      ${pace.element}
      <p class="ls-note tf-whose" role="status" ref="whose"></p>
    </div>
    <div class="ls-column tf-bar" ref="bar">
      <p class="ls-error" role="alert" ref="error"></p>
      <div class="tf-buttons">
        <button class="ls-btn ls-primary" ref="start">${say("train.start")}</button>
        <button class="ls-btn" ref="hold">${say("train.pause")}</button>
        <button class="ls-btn" ref="stop">${say("train.stop")}</button>
        <button class="ls-btn tf-discard" ref="discard" hidden title="${say("train.discard_hint")}">
          ${say("train.discard")}</button>
      </div>
    </div>
    <button class="ls-btn" ref="play">${say("train.use")}</button>
    ${fields.level}${fields.live}${steer.element}${fields.more}
  </div>`;
  element.classList.add("ls-column", "tf");
  element.append(...parts.element.children);
  const { bar, whose, error, start, hold, stop, discard, play } = parts;

  start.addEventListener("click", press);
  hold.addEventListener("click", holdOrResume);
  stop.addEventListener("click", () => act("stop"));
  discard.addEventListener("click", () => act("discard"));
  play.addEventListener("click", () => playWith(`run:${watched() || status.run}`));
  // any view may request it: the model menu belongs to the page
  document.addEventListener("ls:play", (event) => playWith(String(event.detail)));
  document.addEventListener("ls:images", offerOwn);
  document.addEventListener("ls:data", (event) => useData(String(event.detail)));
  document.addEventListener("ls:further", async ({ detail: run }) => {
    await showAnswer(await ask("extend", { run, settings: draft }));
  });
  document.addEventListener("ls:train", stayPresent); // this tab may be left before the answer
  onTravel("train", (texts) => {
    draft = restored(settingsOf(texts, presets), draft, rows);
    keep();
  });
  keep();
  const tab = element.closest(".tr-panel") ?? element; // views without settings hide the form
  const look = poll(tab, refresh, pause, ["ls:state"]);

  // Offer this visitor's own images as data sets.
  async function offerOwn() {
    const answer = await ask("images");
    if (!answer.collections) return;
    fields.offer(answer.collections);
    // the chosen one was deleted, or the address names an unknown one
    if (!fields.knows(draft.data)) draft = presets[first];
    keep();
  }

  async function useData(name) {
    if (status.taken && status.mine) return; // the form shows the current run
    if (!fields.knows(name)) await offerOwn();
    fields.useData(name);
    viewTab("watch")?.click();
    await sleep(0); // until Gradio has opened it
    if (element.getBoundingClientRect().top > innerHeight / 2) element.scrollIntoView(); // a phone's
    start.focus({ preventScroll: true });
  }

  function playWith(model) {
    props.value = { play: model, count: (props.value?.count ?? 0) + 1 };
    trigger("input");
  }

  async function press() {
    start.disabled = true; // until the state is known
    const answer = await (status.place ? ask("leave") : ask("start", { settings: draft }));
    await showAnswer(answer);
  }

  async function holdOrResume() {
    if (status.mine) return act(status.state === "paused" ? "resume" : "pause");
    await showAnswer(await ask("resume", { run: status.ended.run }));
  }

  async function act(job, values = {}) {
    const answer = await ask("act", { job, values });
    await showAnswer(answer);
    return answer;
  }

  async function showAnswer(answer) {
    error.textContent = answer.sentence;
    shown = "";
    await look();
    notify("ls:train"); // the views poll, too
  }

  async function refresh() {
    const answer = await ask("status", { known: status.key });
    if (away && !answer.offline) error.textContent = "";
    away = Boolean(answer.offline);
    if (!answer.sentence) take(answer);
    else if (away) render();
    if (!offeredOwn) offerOwn();
    offeredOwn = true;
  }

  function pause() {
    return status.place || status.requested ? QUEUED_MS : status.taken ? BUSY_MS : IDLE_MS;
  }

  function take(answer) {
    if (answer.run !== status.run || answer.rewinds !== status.rewinds) {
      steer.reset(); // the undo of a change is outdated
      shown = "";
    }
    status = answer;
    if (answer.config) config = answer.config;
    if (answer.message) error.textContent = answer.message;
    if (answer.holds) stayPresent();
    render();
  }

  function render() {
    const { state, may, taken, mine, stops, pair, place, requested, unsaved, ended } = status;
    const steers = taken && mine;
    const settings = steers && config ? config : draft;
    const open = steers && config ? !pair && !away : may === "open";
    const mode = !open ? "held" : steers && config ? "steer" : "draft";
    const now = JSON.stringify([mode, settings]);
    if (now !== shown) fields.show(settings, mode); // or the text being typed would be lost
    shown = now;
    if (!steers) steer.reset();
    start.textContent = say(
      place ? "train.leave_queue" : taken && !mine ? "train.join_queue" : "train.start",
    );
    start.disabled = may !== "open" || steers;
    const going = state === "running" || state === "paused";
    const resumes = ended && !steers && may === "open" && !place;
    hold.textContent = say(
      (steers && state === "paused") || resumes ? "train.resume" : "train.pause",
    );
    hold.disabled = !resumes && (!(steers && going) || Boolean(requested));
    stop.disabled = !(stops && going) || Boolean(requested);
    // for a step that takes long, or a disk that stays full
    discard.hidden = !(stops && going && (requested || unsaved));
    discard.disabled = requested === "discard";
    play.disabled = !status.playable && !watched();
    if (away) for (const one of [start, hold, stop, discard, play]) one.disabled = true;
    const text = away ? say("train.offline") : sentences(status, props.limits, say);
    whose.textContent = text;
    whose.hidden = !text;
    pace.show(settings, !taken && may === "open", steers && status.shapes_s);
    bar.dataset.may = may;
  }

  function keep() {
    showInAddress("train", () => textsOf(draft, presets, fields.presetOf(draft) || first));
    shown = "";
    render();
  }

  function changed(settings, name, before) {
    if (status.taken && status.mine) return steer.change(name, settings[name], before);
    draft = settings;
    keep();
  }
}
