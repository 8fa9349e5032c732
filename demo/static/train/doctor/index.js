// The doctor: the diagnosis in a sentence, its evidence, and a button per remedy.

import { arrange, button, html, make } from "../../core/dom.js";
import { changesInWords, figure, isIll, sentence, trialsInWords } from "./words.js";
import { formatNumber } from "../../core/format.js";

const ANNOUNCED_MS = 3000;
const MESSAGE_MS = 6000; // of a message without a button

/**
 * Fill `place`. treat(name) applies a remedy: {step, changes, before, back, sentence}, where `before`
 * are the old values of the changed settings, `back` whether the run was rolled back, and `sentence`
 * why it was refused; takeBack(values) restores them. Returns {take}.
 */
export function doctor(place, { say, words, treat, takeBack }) {
  const parts = html`<div>
    <p class="dr-said"><span><span ref="diagnosis"></span> <small ref="measured"></small></span></p>
    <p class="ls-unseen" role="status" ref="announced"></p>
    <div class="dr-row" ref="row">
      <button class="ls-btn dr-why" aria-controls="dr-more" aria-expanded="false" ref="why">
        ${say("watch.why")}</button>
      <p class="dr-message" role="status" hidden ref="message"></p>
    </div>
    <p class="dr-trials" role="status" hidden ref="tried"></p>
    <div class="ls-note dr-more" id="dr-more" hidden ref="more">
      <div ref="basis"></div>
      <div ref="options"></div>
      <p hidden ref="closed">${say("watch.not_in_control")}</p>
    </div>
  </div>`;
  const { diagnosis, measured, announced, row, why, tried, message, more } = parts;
  place.append(...parts.element.children);
  place.setAttribute("aria-label", say("watch.doctor"));
  let finding = null;
  let absent = ""; // why there is none
  let step = null; // that the finding's values are of, null if of the newest
  let mine = false;
  let busy = false;
  let shown = "";
  let rollbacks = 0;
  let waits = false; // for the effect of a remedy

  why.addEventListener("click", () => {
    more.hidden = !more.hidden;
    why.setAttribute("aria-expanded", String(!more.hidden));
  });

  function draw() {
    const now = JSON.stringify([finding, absent, step, mine, busy, message.hidden]);
    if (now === shown) return; // a replaced button would lose the focus
    shown = now;
    const { state = "", remedies = [] } = finding ?? {};
    diagnosis.textContent = finding ? sentence(finding, words) : absent;
    const dated = finding && step !== null && Object.keys(finding.values).some((k) => k !== "step");
    measured.textContent = dated ? say("watch.measured", { step: formatNumber(step) }) : "";
    // while the message says which remedy was applied, its trial need not
    const waited = waits;
    waits = finding?.trials.some(([, , helped]) => helped === null) ?? false;
    if (waited && !waits) message.hidden = true;
    const said = finding?.trials.filter(([, , helped]) => message.hidden || helped !== null);
    const trials = finding ? trialsInWords({ ...finding, trials: said }, say) : "";
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
      const buttons = names.map((name) => ({ element: remedyButton(name) }));
      arrange(row, [{ element: why }, ...buttons, { element: message }]);
      parts.options.replaceChildren(...names.map(option));
    }
    for (const one of place.querySelectorAll(".dr-remedy")) one.disabled = !mine || busy;
    parts.closed.hidden = mine || !names.length;
    showBasis();
  }

  function remedyButton(name) {
    const made = button(say(`doctor.remedy.${name}`), "dr-remedy");
    made.title = say(`doctor.why.${name}`);
    made.addEventListener("click", () => press(name));
    return made;
  }

  // What a remedy does; on a phone, its name is the button.
  function option(name) {
    const title = make("b", {}, say(`doctor.remedy.${name}`));
    return make("p", {}, title, remedyButton(name), ` ${say(`doctor.why.${name}`)}`);
  }

  function showBasis() {
    if (!finding?.evidence.length) return parts.basis.replaceChildren();
    const figures = finding.evidence.map(([name, value, limit, side]) => {
      const bound = say(`watch.${side}`, { limit: figure(name, limit, say) });
      const { element } = html`
        <li><span>${say(`doctor.evidence.${name}`)}</span><b>${figure(name, value, say)}</b>
          <span>${bound}</span></li>`;
      return element;
    });
    const since = say("watch.since", { step: formatNumber(finding.since) });
    const evidence = make("ul", { className: "dr-evidence" }, ...figures);
    parts.basis.replaceChildren(make("p", {}, since), evidence);
  }

  // Show a message without a button for a while: on a phone, it is in the place of the remedies.
  function showBriefly(sentence) {
    message.textContent = sentence;
    setTimeout(() => {
      if (message.textContent !== sentence) return;
      message.hidden = true;
      draw();
    }, MESSAGE_MS);
  }

  async function press(name) {
    [busy, message.hidden] = [true, false];
    message.textContent = say("watch.applying");
    draw();
    const answer = await treat(name);
    busy = false;
    draw();
    if (answer.sentence) return showBriefly(answer.sentence);
    const values = {
      step: formatNumber(answer.step),
      changes: changesInWords(answer.changes, say),
    };
    const changed = values.changes !== "";
    const key = answer.back ? (changed ? "rolled_back_changed" : "rolled_back") : "applied";
    showBriefly(say(`watch.${key}`, values));
    if (!answer.back && changed) message.append(" ", undoButton(answer.before));
  }

  function undoButton(before) {
    const undo = button(say("train.undo"));
    undo.addEventListener("click", async () => {
      undo.disabled = true;
      const answer = await takeBack(before);
      const values = { changes: changesInWords(before, say) };
      showBriefly(answer.sentence || say("watch.undone", values));
    });
    return undo;
  }

  return {
    /**
     * Show a diagnosis. `read`: the step it is of, `newest`: that of the run, `isLater`: `read` is
     * after the displayed step, so nothing is shown; `allowed`: this visitor may treat it;
     * `rewinds`: the number of rollbacks of the run, after which a remedy cannot be undone.
     */
    take({ found, read, newest, isLater, allowed, run, rewinds }) {
      if (run !== place.dataset.run) message.hidden = true;
      if (rewinds !== rollbacks) message.querySelector("button")?.remove();
      [place.dataset.run, rollbacks] = [run, rewinds];
      const hides = found !== null && isLater;
      finding = hides ? null : found;
      step = read === newest ? null : read;
      absent = say(hides ? "watch.found_later" : "watch.no_finding", { step: formatNumber(read) });
      mine = allowed;
      draw();
    },
  };
}
