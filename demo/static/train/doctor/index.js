// The doctor: the diagnosis in a sentence, its evidence, and a button per remedy.

import { button, make } from "../../core/dom.js";
import { changesInWords } from "./mark_words.js";
import { figure, isIll, sentence } from "./words.js";

const HEARD_MS = 3000;

/**
 * Fill `place`. treat(name) applies a remedy: {step, changes, before, back, sentence}, where `before`
 * are the old values of the changed settings, `back` whether the run was rolled back, and `sentence`
 * why it was refused; takeBack(values) restores them. Returns {take}.
 */
export function doctor(place, { say, words, treat, takeBack }) {
  const said = make("p", { className: "dr-said" });
  const heard = make("p", { className: "dr-heard", role: "status" }); // not for every new value
  const why = button(say("watch.why"), "dr-why");
  const row = make("div", { className: "dr-row" }, why);
  const message = make("p", { className: "dr-told", role: "status", hidden: true });
  const more = make("div", { className: "dr-more", id: "dr-more", hidden: true });
  place.append(said, heard, row, message, more);
  place.setAttribute("aria-label", say("watch.doctor"));
  why.setAttribute("aria-controls", more.id);
  why.setAttribute("aria-expanded", "false");
  let finding = null;
  let mine = false;
  let busy = false;
  let shown = "";
  let went = 0; // number of rollbacks

  why.addEventListener("click", () => {
    more.hidden = !more.hidden;
    why.setAttribute("aria-expanded", String(!more.hidden));
  });

  function draw() {
    const now = JSON.stringify([finding, mine, busy]);
    if (now === shown) return; // a replaced button would lose the focus
    shown = now;
    const text = finding ? sentence(finding, words) : say("watch.no_finding");
    if (place.dataset.state !== (finding?.state ?? "")) {
      heard.textContent = text;
      setTimeout(() => {
        heard.textContent = "";
      }, HEARD_MS); // announced only, not reachable
    }
    place.dataset.state = finding?.state ?? "";
    place.dataset.ill = isIll(finding) ? "yes" : "no";
    said.textContent = text;
    why.disabled = !finding;
    const remedies = finding?.remedies ?? [];
    const names = remedies.map(([name]) => name).join();
    if (row.dataset.names !== names) {
      row.dataset.names = names;
      row.replaceChildren(why, ...remedies.map(([name]) => remedyButton(name)));
    }
    for (const one of [...row.children].slice(1)) one.disabled = !mine || busy;
    details(remedies);
  }

  function remedyButton(name) {
    const made = button(say(`doctor.remedy.${name}`), "dr-remedy");
    made.title = say(`doctor.why.${name}`);
    made.addEventListener("click", () => press(name));
    return made;
  }

  function details(remedies) {
    if (!finding) return more.replaceChildren();
    const figures = finding.evidence.map(([name, value, limit, side]) => {
      const values = { limit: figure(name, limit) };
      return make(
        "li",
        {},
        make("span", {}, say(`doctor.evidence.${name}`)),
        make("b", {}, figure(name, value)),
        make("span", {}, say(`watch.${side}`, values)),
      );
    });
    const help = remedies.map(([name]) =>
      make("p", {}, make("b", {}, say(`doctor.remedy.${name}`)), ` ${say(`doctor.why.${name}`)}`),
    );
    if (help.length && !mine) help.push(make("p", {}, say("watch.not_in_control")));
    const since = say("watch.since", { step: finding.since.toLocaleString() });
    more.replaceChildren(
      make("p", {}, since),
      make("ul", { className: "dr-evidence" }, ...figures),
      ...help,
    );
  }

  async function press(name) {
    [busy, message.hidden] = [true, false];
    message.textContent = say("watch.applying");
    draw();
    const answer = await treat(name);
    busy = false;
    draw();
    if (answer.sentence) return message.replaceChildren(answer.sentence);
    const values = {
      step: answer.step.toLocaleString(),
      changes: changesInWords(answer.changes, say),
    };
    const changed = Object.keys(answer.changes).length > 0;
    const key = answer.back ? (changed ? "rolled_back_changed" : "rolled_back") : "applied";
    message.replaceChildren(say(`watch.${key}`, values));
    if (!answer.back && changed) message.append(undoButton(answer.before));
  }

  function undoButton(before) {
    const undo = button(say("train.undo"));
    undo.addEventListener("click", async () => {
      undo.disabled = true;
      const answer = await takeBack(before);
      const values = { changes: changesInWords(before, say) };
      message.replaceChildren(answer.sentence || say("watch.undone", values));
    });
    return undo;
  }

  return {
    // Show the diagnosis or null; `allowed`: this visitor may treat it; `rewinds`: the number of
    // rollbacks of the run, after which a remedy cannot be undone.
    take(next, allowed, run, rewinds) {
      if (run !== place.dataset.run) message.hidden = true;
      if (rewinds !== went) message.querySelector("button")?.remove();
      [place.dataset.run, went] = [run, rewinds];
      [finding, mine] = [next, allowed];
      draw();
    },
  };
}
