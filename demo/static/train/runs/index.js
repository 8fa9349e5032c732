// The Runs panel: every run of the server as a card, updated while it is on screen; two can be
// compared, and runs are uploaded and downloaded as files.

import { arrange, button, fill, make } from "../../core/dom.js";
import { endpoint } from "../../core/endpoint.js";
import { acceptFiles } from "../../core/file_drop.js";
import { poll } from "../../core/poll.js";
import { root, send as upload } from "../../core/upload.js";
import { refusal, who } from "../../core/visitor.js";
import { runCard } from "./card.js";
import { runsCompare } from "./compare.js";

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
  let ticked = []; // at most two names, the last ticked at the end

  const compare = button(say("runs.compare"));
  const bring = button(say("runs.upload"));
  const chosen = make("input", { type: "file", accept: ".zip,application/zip", hidden: true });
  const line = make("div", { className: "ru-line", role: "status" }); // the number of runs, or a message
  const bar = make("div", { className: "ru-bar" }, line, compare, bring, chosen);
  const list = make("div", { className: "ru-list" });
  const empty = make("p", { className: "ru-empty", textContent: say("runs.empty") });
  const beside = runsCompare({ say, words, ask, back: () => showPart("list") });
  element.classList.add("ru");
  element.append(bar, list, empty, beside.element);
  showPart("list");

  compare.addEventListener("click", async () => {
    showPart("beside");
    await beside.show(ticked.map((name) => [name, cards[name]]));
  });
  bring.addEventListener("click", () => chosen.click());
  chosen.addEventListener("change", () => {
    if (chosen.files[0]) send(chosen.files[0]);
    chosen.value = ""; // so that the same file can be chosen again
  });
  acceptFiles(element, (file) => !bring.disabled && send(file));

  function showPart(part) {
    element.dataset.part = part;
    for (const one of [bar, list, empty]) one.hidden = part !== "list";
    beside.element.hidden = part !== "beside";
    if (part === "list") render();
  }

  // `action`: a button after the sentence, as [label, handler].
  function showMessage(sentence, kind = "ls-note", action = null) {
    silent = !sentence;
    line.replaceChildren(make("p", { className: kind, textContent: sentence }));
    if (silent) render();
    if (!action) return;
    const undo = button(action[0]);
    undo.addEventListener("click", action[1], { once: true });
    line.append(undo);
  }

  function take(answer) {
    listed = answer;
    names = answer.names || names;
    cards = Object.fromEntries(
      names.map((name) => [name, answer.cards?.[name] || cards[name]]).filter(([, card]) => card),
    );
    ticked = ticked.filter((name) => cards[name]);
    render();
  }

  function render() {
    /** @type {[string, any][]} */
    const parts = Object.keys(cards).map((name) => {
      const one =
        shown.get(name) ||
        runCard({ name, root: address, say, words, actions, longest: props.longest });
      const here = listed.going?.includes(name) && { state: listed.state, step: listed.step };
      const going = here || (listed.elsewhere?.includes(name) ? { state: "elsewhere" } : null);
      one.show(cards[name], going, ticked.includes(name));
      return [name, one];
    });
    shown = new Map(parts);
    arrange(list, [...shown.values()]);
    const known = listed.version !== undefined;
    empty.hidden = !known || parts.length > 0 || element.dataset.part !== "list";
    if (silent) line.textContent = parts.length ? say("runs.count", { count: parts.length }) : "";
    compare.disabled = ticked.length !== 2;
    compare.title = ticked.length === 2 ? "" : say("runs.select_two");
    compare.hidden = parts.length < 2;
    bring.disabled = listed.bring === false;
    bring.title = say(bring.disabled ? "panel.refused_uploads" : "runs.upload_hint");
  }

  /** @returns {HTMLElement | null} */
  const tab = (number) => document.querySelector(`.tr-views [role=tab]:nth-child(${number})`);
  const watch = (name) => {
    const present = listed.going?.includes(name);
    document.dispatchEvent(new CustomEvent("ls:show", { detail: present ? "" : name }));
    tab(1)?.click();
  };

  const actions = {
    play: (name) => document.dispatchEvent(new CustomEvent("ls:play", { detail: `run:${name}` })),
    watch,
    tick(name, on) {
      ticked = ticked.filter((one) => one !== name);
      if (on) ticked = [...ticked.slice(-1), name];
      render();
    },
    async rename(name, title) {
      const answer = await ask("rename", { run: name, title });
      if (answer.sentence) showMessage(answer.sentence, "ls-error");
      await look();
      return !answer.sentence;
    },
    async goOn(name) {
      const answer = await ask("resume", { run: name });
      if (answer.sentence) return showMessage(answer.sentence, "ls-error");
      document.dispatchEvent(new Event("ls:train"));
      if (!answer.run) return showMessage(say("runs.queued"));
      listed.going = [answer.run];
      watch(answer.run);
    },
    async remove(name) {
      const answer = await ask("delete", { run: name });
      if (answer.sentence) return showMessage(answer.sentence, "ls-error");
      showMessage(say("runs.deleted", { title: cards[name]?.title ?? name }), "ls-note", [
        say("runs.undo"),
        async () => {
          const undone = await ask("undo", { run: name });
          showMessage(
            undone.sentence || say("runs.restored"),
            undone.sentence ? "ls-error" : "ls-note",
          );
          look();
        },
      ]);
      line.querySelector("button").focus();
      look();
    },
  };

  async function send(file) {
    if (file.size > props.most_mb * 1e6) {
      return showMessage(
        say("runs.too_large", { most: props.most_mb.toLocaleString() }),
        "ls-error",
      );
    }
    bring.disabled = true;
    const on = (share) =>
      showMessage(
        share < 1
          ? say("runs.uploading", { share: Math.floor(100 * share) })
          : say("runs.checking"),
      );
    const parcel = { body: file, type: "application/zip", address, header: props.header };
    const { answer: coming } = upload({ ...parcel, who: who(), on });
    const answer = await coming;
    const sentence = answer.offline ? say("train.offline") : refusal(answer, words);
    showMessage(sentence || say("runs.uploaded"), sentence ? "ls-error" : "ls-note");
    await look();
    render();
  }

  const look = poll(
    element,
    async () => {
      const answer = await ask("listed", { version: listed.version });
      if (!answer.sentence) take(answer);
    },
    () => LOOK_MS,
    ["ls:state"],
  );
}
