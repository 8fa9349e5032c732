// The Runs panel: every run of the server as a card, updated while it is on screen; two can be
// compared, and runs are uploaded and downloaded as files.

import { onTravel, recall, show as showInAddress } from "../../page/address.js";
import { arrange, button, fill, html, make } from "../../core/dom.js";
import { help } from "../../core/help.js";
import { endpoint } from "../../core/endpoint.js";
import { acceptFiles } from "../../core/file_drop.js";
import { notify, viewTab } from "../../core/panel_events.js";
import { poll } from "../../core/poll.js";
import { root, send as upload } from "../../core/upload.js";
import { refusal } from "../../core/visitor.js";
import { runCard } from "./card.js";
import { runsCompare } from "./compare.js";
import { formatNumber } from "../../core/format.js";

const LOOK_MS = 3000;

export function mount({ element, props, server, words }) {
  const say = (key, values = {}) => fill(words[key] ?? key, values);
  const address = root() + props.address;
  const ask = endpoint(server, words);
  let listed = {}; // the last answer
  let names = [];
  let cards = {}; // by name, from the server
  let shown = new Map(); // by name, of `runCard`
  let silent = true; // whether the line shows the number of runs
  let selected = []; // at most two names, the last selected at the end
  let wanted = recall("train/runs"); // of the address, until the runs are known

  const hints = ["train.frechet_hint", "train.diversity_hint", "runs.upload_hint"];
  const about = hints.map((key) => say(key)).join("\n");
  const pair = runsCompare({
    say,
    words,
    ask,
    back() {
      showPart("list");
      showSelected();
    },
  });
  const parts = html`<div>
    <div class="ls-buttons ru-bar" ref="bar">
      <div class="ru-line" role="status" ref="line"></div>
      <button class="ls-btn" ref="compare">${say("runs.compare")}</button>
      <button class="ls-btn" ref="add">${say("runs.upload")}</button>
      ${help(say("train.view.runs"), about)}
      <input type="file" accept=".zip,application/zip" hidden ref="file">
    </div>
    <div class="ru-list" ref="list"></div>
    <p class="ls-note ls-blank" ref="empty">${say("runs.empty")}</p>
    ${pair.element}
  </div>`;
  const { bar, line, compare, add, file: chosen, list, empty } = parts; // line: a message, if any
  element.classList.add("ls-column", "ru");
  element.append(...parts.element.children);
  showPart("list");

  compare.addEventListener("click", () => {
    showPair();
    showSelected(true);
  });
  onTravel("train/runs", (texts) => {
    wanted = texts;
    showPart("list");
    take(listed);
    showSelected();
  });
  add.addEventListener("click", () => chosen.click());
  chosen.addEventListener("change", () => {
    if (chosen.files[0]) send(chosen.files[0]);
    chosen.value = ""; // so that the same file can be chosen again
  });
  acceptFiles(element, (file) => !add.disabled && send(file));

  function showPart(part) {
    element.dataset.part = part;
    for (const one of [bar, list, empty]) one.hidden = part !== "list";
    pair.element.hidden = part !== "pair";
    if (part === "list") render();
  }

  function showPair() {
    showPart("pair");
    return pair.show(selected.map((name) => [name, cards[name]]));
  }

  function showSelected(fresh = false) {
    const compared = element.dataset.part === "pair" ? { compared: "1" } : {};
    const texts = selected.length ? { selected: selected.join(","), ...compared } : {};
    showInAddress("train/runs", () => texts, fresh);
  }

  function showMessage(sentence, wrong = false) {
    silent = false;
    line.replaceChildren(
      make("p", { className: `ls-small ${wrong ? "ls-error" : "ls-note"}` }, sentence),
    );
  }

  function take(answer) {
    listed = answer;
    names = answer.names || names;
    cards = Object.fromEntries(
      names.map((name) => [name, answer.cards?.[name] || cards[name]]).filter(([, card]) => card),
    );
    if (wanted && names.length) {
      selected = [...new Set((wanted.selected ?? "").split(","))].slice(0, 2);
    }
    selected = selected.filter((name) => names.includes(name) && cards[name]);
    render();
    if (wanted?.compared && selected.length === 2) showPair();
    if (names.length) wanted = null;
  }

  function render() {
    const found = Object.entries(cards);
    const card = (name) =>
      runCard({ name, root: address, say, words, actions, longest: props.longest });
    shown = new Map(found.map(([name]) => [name, shown.get(name) ?? card(name)]));
    for (const [name, known] of found) {
      const here = listed.going?.includes(name) && { state: listed.state, step: listed.step };
      const going = here || (listed.elsewhere?.includes(name) ? { state: "elsewhere" } : null);
      shown.get(name).show(known, going, selected.includes(name));
    }
    arrange(list, [...shown.values()]);
    const unknown = listed.version === undefined;
    empty.hidden = unknown || found.length > 0 || element.dataset.part !== "list";
    if (silent) line.textContent = found.length ? say("runs.count", { count: found.length }) : "";
    compare.disabled = selected.length !== 2;
    compare.title = selected.length === 2 ? "" : say("runs.select_two");
    compare.hidden = found.length < 2;
    add.disabled = listed.bring === false;
    add.title = add.disabled ? say("panel.refused_uploads") : "";
  }

  // Send a request, and show why it was refused or that it was `done`.
  async function change(what, payload, done = "") {
    const answer = await ask(what, payload);
    const sentence = answer.sentence || done;
    if (sentence) showMessage(sentence, Boolean(answer.sentence));
    look();
    return answer;
  }

  const actions = {
    play: (name) => notify("ls:play", `run:${name}`),
    watch(name) {
      notify("ls:show", listed.going?.includes(name) ? "" : name);
      viewTab("watch")?.click();
    },
    select(name, on) {
      selected = selected.filter((one) => one !== name);
      if (on) selected = [...selected.slice(-1), name];
      render();
      showSelected();
    },
    rename: async (name, title) => !(await change("rename", { run: name, title })).sentence,
    async resume(name) {
      if (cards[name]?.state === "finished") {
        notify("ls:further", name); // the form has the length, and says why not
        return actions.watch("");
      }
      const answer = await change("resume", { run: name });
      if (answer.sentence) return;
      notify("ls:train");
      if (!answer.run) return showMessage(say("runs.queued"));
      listed.going = [answer.run];
      actions.watch(answer.run);
    },
    async remove(name) {
      const done = say("runs.deleted", { title: cards[name]?.title ?? name });
      const answer = await change("delete", { run: name }, done);
      if (answer.sentence) return;
      const undo = button(say("runs.undo"));
      const restored = say("runs.restored");
      undo.addEventListener("click", () => change("undo", { run: name }, restored), { once: true });
      line.append(undo);
      undo.focus();
    },
  };

  async function send(file) {
    if (file.size > props.most_mb * 1e6) {
      return showMessage(say("runs.too_large", { most: formatNumber(props.most_mb) }), true);
    }
    add.disabled = true;
    const on = (share) => {
      const key = share < 1 ? "runs.uploading" : "runs.checking";
      showMessage(say(key, { share: Math.floor(100 * share) }));
    };
    const answer = await upload({ body: file, type: "application/zip", address, on }).answer;
    const sentence = refusal(answer, words);
    showMessage(sentence || say("runs.uploaded"), Boolean(sentence));
    await look();
    render();
  }

  async function refresh() {
    const answer = await ask("listed", { version: listed.version });
    if (!answer.sentence) take(answer);
  }
  const look = poll(element, refresh, () => LOOK_MS, ["ls:state"]);
}
