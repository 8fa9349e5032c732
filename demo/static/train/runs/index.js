// The Runs panel: every run of the server as a card, kept fresh while it is on screen; two can be
// compared, and runs come and go as files.

import { arrange, button, fill, make } from "../../core/dom.js";
import { endpoint } from "../../core/endpoint.js";
import { acceptFiles } from "../../core/file_drop.js";
import { poll } from "../../core/poll.js";
import { root, send as upload } from "../../core/upload.js";
import { complaint, who } from "../../core/visitor.js";
import { runCard } from "./card.js";
import { runsCompare } from "./compare.js";

const LOOK_MS = 3000;

export function mount({ element, props, server, words }) {
  const say = (key, values = {}) => fill(words[key] ?? key, values);
  const address = root() + props.address;
  const ask = endpoint(server, words);
  let told = {}; // the last answer
  let names = [];
  let cards = {}; // by name, as the server tells of them
  let shown = new Map(); // name -> what `runCard` gave
  let silent = true; // nothing has been done yet that should stay to be read
  let ticked = []; // at most two names, the one ticked last at the end

  const compare = button(say("runs.compare"));
  const bring = button(say("runs.upload"));
  const chosen = make("input", { type: "file", accept: ".zip,application/zip", hidden: true });
  const line = make("div", { className: "ru-line", role: "status" }); // how many, or what was done
  const bar = make("div", { className: "ru-bar" }, line, compare, bring, chosen);
  const list = make("div", { className: "ru-list" });
  const empty = make("p", { className: "ru-empty", textContent: say("runs.empty") });
  const beside = runsCompare({ say, words, ask, back: () => see("list") });
  element.classList.add("ru");
  element.append(bar, list, empty, beside.element);
  see("list");

  compare.addEventListener("click", async () => {
    see("beside");
    await beside.show(ticked.map((name) => [name, cards[name]]));
  });
  bring.addEventListener("click", () => chosen.click());
  chosen.addEventListener("change", () => {
    if (chosen.files[0]) send(chosen.files[0]);
    chosen.value = ""; // so that the same file can be chosen again
  });
  acceptFiles(element, (file) => !bring.disabled && send(file));

  function see(part) {
    element.dataset.part = part;
    for (const one of [bar, list, empty]) one.hidden = part !== "list";
    beside.element.hidden = part !== "beside";
    if (part === "list") render();
  }

  // `deed`: a button behind the sentence, as [label, what it does].
  function tell(sentence, kind = "ls-note", deed = null) {
    silent = !sentence;
    line.replaceChildren(make("p", { className: kind, textContent: sentence }));
    if (silent) render();
    if (!deed) return;
    const undo = button(deed[0]);
    undo.addEventListener("click", deed[1], { once: true });
    line.append(undo);
  }

  function take(answer) {
    told = answer;
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
        runCard({ name, root: address, say, words, deeds, longest: props.longest });
      const here = told.going?.includes(name) && { state: told.state, step: told.step };
      const going = here || (told.elsewhere?.includes(name) ? { state: "elsewhere" } : null);
      one.show(cards[name], going, ticked.includes(name));
      return [name, one];
    });
    shown = new Map(parts);
    arrange(list, [...shown.values()]);
    const known = told.version !== undefined;
    empty.hidden = !known || parts.length > 0 || element.dataset.part !== "list";
    if (silent) line.textContent = parts.length ? say("runs.count", { count: parts.length }) : "";
    compare.disabled = ticked.length !== 2;
    compare.title = ticked.length === 2 ? "" : say("runs.select_two");
    compare.hidden = parts.length < 2;
    bring.disabled = told.bring === false;
    bring.title = say(bring.disabled ? "panel.refused_uploads" : "runs.upload_hint");
  }

  /** @returns {HTMLElement | null} */
  const tab = (number) => document.querySelector(`.tr-views [role=tab]:nth-child(${number})`);
  const watch = (name) => {
    const present = told.going?.includes(name);
    document.dispatchEvent(new CustomEvent("ls:show", { detail: present ? "" : name }));
    tab(1)?.click();
  };

  const deeds = {
    play: (name) => document.dispatchEvent(new CustomEvent("ls:play", { detail: `run:${name}` })),
    watch,
    tick(name, on) {
      ticked = ticked.filter((one) => one !== name);
      if (on) ticked = [...ticked.slice(-1), name];
      render();
    },
    async rename(name, title) {
      const answer = await ask("rename", { run: name, title });
      if (answer.sentence) tell(answer.sentence, "ls-error");
      await look();
      return !answer.sentence;
    },
    async goOn(name) {
      const answer = await ask("go_on", { run: name });
      if (answer.sentence) return tell(answer.sentence, "ls-error");
      document.dispatchEvent(new Event("ls:train"));
      if (!answer.run) return tell(say("runs.queued"));
      told.going = [answer.run];
      watch(answer.run);
    },
    async remove(name) {
      const answer = await ask("delete", { run: name });
      if (answer.sentence) return tell(answer.sentence, "ls-error");
      tell(say("runs.deleted", { title: cards[name]?.title ?? name }), "ls-note", [
        say("runs.undo"),
        async () => {
          const undone = await ask("undo", { run: name });
          tell(undone.sentence || say("runs.restored"), undone.sentence ? "ls-error" : "ls-note");
          look();
        },
      ]);
      line.querySelector("button").focus();
      look();
    },
  };

  async function send(file) {
    if (file.size > props.most_mb * 1e6) {
      return tell(say("runs.too_large", { most: props.most_mb.toLocaleString() }), "ls-error");
    }
    bring.disabled = true;
    const on = (share) =>
      tell(
        share < 1
          ? say("runs.uploading", { share: Math.floor(100 * share) })
          : say("runs.checking"),
      );
    const parcel = { body: file, type: "application/zip", address, header: props.header };
    const { answer: coming } = upload({ ...parcel, who: who(), on });
    const answer = await coming;
    const sentence = answer.offline ? say("train.offline") : complaint(answer, words);
    tell(sentence || say("runs.uploaded"), sentence ? "ls-error" : "ls-note");
    await look();
    render();
  }

  const look = poll(
    element,
    async () => {
      const answer = await ask("listed", { version: told.version });
      if (!answer.sentence) take(answer);
    },
    () => LOOK_MS,
    ["ls:state"],
  );
}
