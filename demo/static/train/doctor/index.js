// The doctor: the diagnosis in a sentence, its evidence, and a button per remedy.

import { button, html, make } from "../../core/dom.js";
import { changesInWords, figure, isIll, sentence, trialsInWords } from "./words.js";
import { formatNumber } from "../../core/format.js";

const ANNOUNCED_MS = 3000;

/**
 * Fill `place`. treat(name) applies a remedy: {step, changes, before, back, sentence}, where `before`
 * are the old values of the changed settings, `back` whether the run was rolled back, and `sentence`
 * why it was refused; takeBack(values) restores them. Returns {take}.
 */
export function doctor(place, { say, words, treat, takeBack }) {
  const { element, diagnosis, announced, row, why, tried, message, more } = html`<div>
    <p class="dr-said" ref="diagnosis"></p>
    <p class="ls-unseen" role="status" ref="announced"></p>
    <div class="dr-row" ref="row">
      <button class="ls-btn dr-why" aria-controls="dr-more" aria-expanded="false" ref="why">
        ${say("watch.why")}</button>
    </div>
    <p class="dr-trials" role="status" hidden ref="tried"></p>
    <p class="dr-message" role="status" hidden ref="message"></p>
    <div class="ls-note dr-more" id="dr-more" hidden ref="more"></div>
  </div>`;
  place.append(...element.children);
  place.setAttribute("aria-label", say("watch.doctor"));
  let finding = null;
  let mine = false;
  let busy = false;
  let shown = "";
  let rollbacks = 0;

  why.addEventListener("click", () => {
    more.hidden = !more.hidden;
    why.setAttribute("aria-expanded", String(!more.hidden));
  });

  function draw() {
    const now = JSON.stringify([finding, mine, busy]);
    if (now === shown) return; // a replaced button would lose the focus
    shown = now;
    const { state = "", remedies = [] } = finding ?? {};
    diagnosis.textContent = finding ? sentence(finding, words) : say("watch.no_finding");
    const trials = finding ? trialsInWords(finding, say) : "";
    tried.hidden = !trials;
    if (tried.textContent !== trials) tried.textContent = trials;
    // announced only for a new state, not for every new value
    if (place.dataset.state !== state) {
      announced.textContent = diagnosis.textContent;
      setTimeout(() => announced.replaceChildren(), ANNOUNCED_MS); // not reachable
    }
    place.dataset.state = state;
    place.dataset.ill = isIll(finding) ? "yes" : "no";
    why.disabled = !finding?.evidence.length && !remedies.length;
    const names = remedies.map(([name]) => name);
    if (row.dataset.names !== names.join()) {
      row.dataset.names = names.join();
      row.replaceChildren(why, ...names.map(remedyButton));
    }
    for (const one of [...row.children].slice(1)) one.disabled = !mine || busy;
    details(names);
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
      const bound = say(`watch.${side}`, { limit: figure(name, limit) });
      const { element } = html`
        <li><span>${say(`doctor.evidence.${name}`)}</span><b>${figure(name, value)}</b>
          <span>${bound}</span></li>`;
      return element;
    });
    const help = remedies.map((name) =>
      make("p", {}, make("b", {}, say(`doctor.remedy.${name}`)), ` ${say(`doctor.why.${name}`)}`),
    );
    if (help.length && !mine) help.push(make("p", {}, say("watch.not_in_control")));
    const since = say("watch.since", { step: formatNumber(finding.since) });
    const evidence = make("ul", { className: "dr-evidence" }, ...figures);
    const basis = figures.length ? [make("p", {}, since), evidence] : [];
    more.replaceChildren(...basis, ...help);
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
      step: formatNumber(answer.step),
      changes: changesInWords(answer.changes, say),
    };
    const changed = values.changes !== "";
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
    /**
     * Show the diagnosis or null; `allowed`: this visitor may treat it; `rewinds`: the number of
     * rollbacks of the run, after which a remedy cannot be undone.
     */
    take(next, allowed, run, rewinds) {
      if (run !== place.dataset.run) message.hidden = true;
      if (rewinds !== rollbacks) message.querySelector("button")?.remove();
      [place.dataset.run, rollbacks] = [run, rewinds];
      [finding, mine] = [next, allowed];
      draw();
    },
  };
}
