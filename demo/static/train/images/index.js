// A visitor's own images: upload, preview and train on them. Imports in progress are
// polled only while the view is on screen, and found again after a reload.

import { arrange, button, fill, make } from "../../core/dom.js";
import { endpoint } from "../../core/endpoint.js";
import { poll } from "../../core/poll.js";
import { root, send } from "../../core/upload.js";
import { refusal, who } from "../../core/visitor.js";
import { imagesCard } from "./card.js";
import { picker } from "./pick.js";
import * as said from "./words.js";

const BUSY_MS = 700; // between polls while images are read
const IDLE_MS = 5000;

export function mount({ element, props, server, words }) {
  const say = (key, values = {}) => fill(words[`images.${key}`] ?? key, values);
  const ask = endpoint(server, words);
  let listed = null; // from demo/server/image_collections.py
  let sending = null; // {share, stop}: the current upload
  let shown = new Map(); // cards by id
  const seen = new Set(); // imports that were over when this page came, or were onCount of

  const pick = picker({ say, longest: props.longest, on: { send: upload, bring } });
  const bar = make("progress", { max: 1 });
  const far = make("span", { role: "status" });
  const cancel = button(say("cancel"));
  const going = make("div", { className: "im-going", hidden: true }, bar, far, cancel);
  const line = make("div", { className: "im-line", role: "status" });
  const list = make("div", { className: "im-list" });
  const empty = make("p", {
    className: "ls-note im-empty",
    hidden: true,
    textContent: say("none"),
  });
  const lead = make("p", { className: "im-lead", textContent: say("lead") });
  const privacy = make("p", { className: "ls-note im-private" });
  element.classList.add("im");
  element.append(lead, pick.element, privacy, going, line, empty, list);

  function take(answer) {
    const first = listed === null;
    const before = JSON.stringify(listed?.collections.map(({ id, name }) => [id, name]));
    listed = answer;
    if (first) {
      const over = listed.imports.filter(({ state }) => state !== "reading");
      for (const one of over) seen.add(one.import);
    }
    for (const one of listed.imports) {
      if (one.state === "reading" || seen.has(one.import)) continue;
      seen.add(one.import);
      ended(one);
    }
    render();
    const now = JSON.stringify(listed.collections.map(({ id, name }) => [id, name]));
    if (now !== before) document.dispatchEvent(new Event("ls:images")); // the form polls, too
  }

  function ended(one) {
    const made = listed.collections.find(({ id }) => id === one.collection);
    if (made)
      return showMessage([say("ready", { name: made.name, count: made.count.toLocaleString() })]);
    if (!one.error) return undefined;
    const lines = said.leftOut(one, say);
    return showMessage([said.failure(one.error, say, words), ...lines], one.state === "failed");
  }

  function showMessage([sentence, ...lines], bad = false) {
    const parts = [make("p", { className: bad ? "ls-error" : "", textContent: sentence })];
    if (lines.length) {
      parts.push(make("ul", {}, ...lines.map((text) => make("li", { textContent: text }))));
    }
    line.replaceChildren(...parts);
  }

  function render() {
    pick.show(listed);
    privacy.textContent = said.privacy(listed, say);
    const reading = listed.imports.find(({ state }) => state === "reading");
    pick.busy(Boolean(sending || reading));
    going.hidden = !(sending || reading);
    if (sending) {
      bar.value = sending.share;
      far.textContent = say(sending.share < 1 ? "sending" : "listing", {
        share: Math.floor(100 * sending.share),
      });
    } else if (reading) {
      if (reading.total) bar.value = reading.done / reading.total;
      else bar.removeAttribute("value");
      far.textContent = said.progress(reading, say);
    }
    const parts = listed.collections.map((one) => {
      const card = shown.get(one.id) ?? imagesCard({ say, longest: props.longest, actions });
      card.show(one);
      return [one.id, card];
    });
    shown = new Map(parts);
    arrange(list, [...shown.values()]);
    empty.hidden = parts.length > 0 || Boolean(sending || reading);
  }

  async function upload(parcel, options) {
    const query = new URLSearchParams({ name: options.name, size: options.size, fit: options.fit });
    line.replaceChildren();
    const sent = send({
      body: parcel.body,
      type: "application/octet-stream",
      address: `${root()}${listed.address}?${query}`,
      header: listed.header,
      who: who(),
      on(share) {
        if (sending) sending.share = share;
        if (sending) render();
      },
    });
    sending = { share: 0, stop: sent.stop };
    render();
    const answer = await sent.answer;
    sending = null;
    const sentence = answer.offline ? words["train.offline"] : refusal(answer, words);
    if (answer.stopped) showMessage([say("error_cancelled")]);
    else if (sentence) showMessage([sentence], true);
    await look();
    render();
    return Boolean(answer.import);
  }

  async function bring(folder, options) {
    line.replaceChildren();
    const answer = await ask("bring", { folder, ...options });
    if (answer.sentence) showMessage([answer.sentence], true);
    await look();
    return !answer.sentence;
  }

  cancel.addEventListener("click", async () => {
    if (sending) return sending.stop();
    const reading = listed.imports.find(({ state }) => state === "reading");
    if (reading) await ask("cancel", { import: reading.import });
    return look();
  });

  const actions = {
    train: ({ id }) => document.dispatchEvent(new CustomEvent("ls:data", { detail: id })),
    preview: (id, label) => ask("preview", { id, label }),
    async rename({ id }, name) {
      const answer = await ask("rename", { id, name });
      if (answer.sentence) showMessage([answer.sentence], true);
      await look();
      return !answer.sentence;
    },
    async remove({ id, name }) {
      const answer = await ask("delete", { id });
      if (answer.sentence) showMessage([answer.sentence], true);
      else showMessage([say("deleted", { name })]);
      await look();
    },
  };

  const look = poll(
    element,
    async () => {
      const answer = await ask("images");
      if (!answer.sentence) take(answer);
    },
    () => (listed?.imports.some(({ state }) => state === "reading") ? BUSY_MS : IDLE_MS),
    ["ls:state"],
  );
}
