// A visitor's own images or clips: upload, preview and train on them. Imports in progress are
// polled only while the view is on screen, and found again after a reload.

import { onTravel, recall, show as showInAddress } from "../../page/address.js";
import { arrange, fill, html, make } from "../../core/dom.js";
import { endpoint } from "../../core/endpoint.js";
import { notify } from "../../core/panel_events.js";
import { poll } from "../../core/poll.js";
import { root, send } from "../../core/upload.js";
import { refusal } from "../../core/visitor.js";
import { classesOf, textOf } from "./address.js";
import { imagesCard } from "./card.js";
import { picker } from "./pick.js";
import * as texts from "./words.js";
import { formatNumber } from "../../core/format.js";

const BUSY_MS = 700; // between polls while images are read
const IDLE_MS = 5000;

export function mount({ element, props, server, words }) {
  const say = (key, values = {}) => fill(words[`images.${key}`] ?? key, values);
  const ask = endpoint(server, words);
  let listed = null; // from demo/server/image_collections.py
  let sending = null; // {share, stop}: the current upload
  let shown = new Map(); // cards by id
  const seen = new Set(); // imports that were over when this page came, or were reported

  let chosen = classesOf(recall("train/images")); // the shown class of each collection
  const pick = picker({ say, longest: props.longest, on: { send: upload, bring, changed: note } });
  const parts = html`<div>
    <p>${say("lead")}</p>
    ${pick.element}
    <p class="ls-note" ref="privacy"></p>
    <div class="ls-small im-going" hidden ref="going">
      <progress max="1" ref="bar"></progress>
      <span role="status" ref="progress"></span>
      <button class="ls-btn" ref="cancel">${say("cancel")}</button>
    </div>
    <div class="ls-small im-line" role="status" ref="line"></div>
    <p class="ls-note ls-blank" hidden ref="empty">${say("none")}</p>
    <div class="ls-column im-list" ref="list"></div>
  </div>`;
  const { bar, progress, line } = parts;
  element.classList.add("ls-column", "im");
  element.append(...parts.element.children);

  const reading = () => listed?.imports.find(({ state }) => state === "reading");
  const names = () => JSON.stringify(listed?.collections.map(({ id, name }) => [id, name]));

  function take(answer) {
    const first = listed === null;
    const before = names();
    listed = answer;
    for (const one of listed.imports) {
      if (one.state === "reading" || seen.has(one.import)) continue;
      seen.add(one.import);
      if (!first) report(one);
    }
    render();
    if (names() !== before) notify("ls:images"); // the form polls, too
  }

  // Show how an import has ended.
  function report(one) {
    const made = listed.collections.find(({ id }) => id === one.collection);
    const ready = made?.frames ? "ready_clips" : "ready";
    if (made) showMessage(say(ready, { name: made.name, count: formatNumber(made.count) }));
    else if (one.error) {
      const sentence = texts.failure(one.error, say, words);
      showMessage(sentence, one.state === "failed", texts.leftOut(one, say));
    }
  }

  function showMessage(sentence, wrong = false, lines = []) {
    line.replaceChildren(make("p", { className: wrong ? "ls-error" : "" }, sentence));
    if (lines.length) line.append(make("ul", {}, ...lines.map((text) => make("li", {}, text))));
  }

  function render() {
    pick.show(listed);
    parts.privacy.textContent = texts.privacy(listed, say);
    const current = reading();
    const busy = Boolean(sending || current);
    pick.busy(busy);
    parts.going.hidden = !busy;
    if (sending) {
      const share = Math.floor(100 * sending.share);
      bar.value = sending.share;
      progress.textContent = say(sending.share < 1 ? "sending" : "listing", { share });
    } else if (current) {
      if (current.total) bar.value = current.done / current.total;
      else bar.removeAttribute("value");
      progress.textContent = texts.progress(current, say);
    }
    const cards = listed.collections.map((one) => {
      const card = shown.get(one.id) ?? imagesCard({ say, longest: props.longest, actions });
      if (!shown.has(one.id)) card.choose(chosen.get(one.id) ?? null);
      card.show(one);
      return [one.id, card];
    });
    shown = new Map(cards);
    arrange(parts.list, [...shown.values()]);
    parts.empty.hidden = cards.length > 0 || busy;
  }

  async function upload(parcel, options) {
    const query = new URLSearchParams(options);
    line.replaceChildren();
    const sent = send({
      body: parcel.body,
      type: "application/octet-stream",
      address: `${root()}${listed.address}?${query}`,
      on(share) {
        if (!sending) return;
        sending.share = share;
        render();
      },
    });
    sending = { share: 0, stop: sent.stop };
    render();
    const answer = await sent.answer;
    sending = null;
    const sentence = refusal(answer, words);
    if (answer.stopped) showMessage(say("error_cancelled"));
    else if (sentence) showMessage(sentence, true);
    await look();
    render();
    return Boolean(answer.import);
  }

  // Send a request, and show why it was refused or that it was `done`; resolve to whether it was.
  async function change(what, payload, done = "") {
    const { sentence } = await ask(what, payload);
    if (sentence || done) showMessage(sentence || done, Boolean(sentence));
    await look();
    return !sentence;
  }

  function bring(folder, options) {
    line.replaceChildren();
    return change("bring", { folder, ...options });
  }

  parts.cancel.addEventListener("click", async () => {
    if (sending) return sending.stop();
    const current = reading();
    if (current) await ask("cancel", { import: current.import });
    return look();
  });

  function note() {
    showInAddress("train/images", () => ({ ...pick.texts(), ...textOf(chosen) }));
  }

  const actions = {
    chosen(id, k) {
      chosen.set(id, k);
      note();
    },
    train: ({ id }) => notify("ls:data", id),
    preview: (id, label) => ask("preview", { id, label }),
    rename: ({ id }, name) => change("rename", { id, name }),
    remove: ({ id, name }) => change("delete", { id }, say("deleted", { name })),
  };

  async function refresh() {
    const answer = await ask("images");
    if (!answer.sentence) take(answer);
  }
  pick.choose(recall("train/images"));
  onTravel("train/images", (texts) => {
    pick.choose(texts);
    chosen = classesOf(texts);
    for (const [id, card] of shown) card.choose(chosen.get(id) ?? null);
    note();
  });
  const look = poll(element, refresh, () => (reading() ? BUSY_MS : IDLE_MS), ["ls:state"]);
}
