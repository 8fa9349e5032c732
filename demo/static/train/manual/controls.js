// The buttons of the Manual panel, and a sentence that says whose step is next.

import { html, segments } from "../../core/dom.js";
import { ACTIVE } from "../watch/status.js";
import { formatNumber, sentences } from "../../core/format.js";

/** Whether a run is training or paused. */
export const isActive = ({ state }) => ACTIVE.includes(state);

/** Create {element, choose(name), show(now)}; `on` has choose, start, move, slow and hold. */
export function manualControls({ say, games, on }) {
  const options = games.map((name) => [name, say(`manual.${name}`)]);
  const choice = segments(say("manual.networks"), options, on.choose);
  const parts = html`
    <div>
      <div class="ls-buttons">
        ${choice.element}
        <button class="ls-btn ls-primary" ref="start">${say("manual.start")}</button>
        <button class="ls-btn" ref="D">${say("manual.step_d")}</button>
        <button class="ls-btn" ref="G">${say("manual.step_g")}</button>
        <button class="ls-btn" ref="slowly">${say("manual.slow")}</button>
        <button class="ls-btn" ref="hold"></button>
      </div>
      <p class="hd-message" role="status" ref="message"></p>
    </div>`;
  const { element, start, slowly, hold, message } = parts;
  const steps = { D: parts.D, G: parts.G };
  let movesFocus = false; // from the button to start to the first step
  start.addEventListener("click", on.start);
  for (const [who, one] of Object.entries(steps)) one.addEventListener("click", () => on.move(who));
  slowly.addEventListener("click", on.slow);
  hold.addEventListener("click", on.hold);

  // next: the player of the next step; phase: a sentence during a step; away: the server is
  function show({ status, next, did, slow, waits, phase, away }) {
    const { state } = status;
    const [mine, may] = [status.mine && !away, status.may && !away];
    const [active, manual] = [isActive(status), state === "paused" && mine];
    if (active && document.activeElement === start) movesFocus = true; // it is about to be hidden
    choice.element.hidden = start.hidden = active;
    start.disabled = !may;
    for (const [who, one] of Object.entries(steps)) {
      one.hidden = !active;
      one.disabled = !manual || slow; // not during a step: the focus would be lost
      one.classList.toggle("ls-primary", manual && !slow && next === who);
    }
    slowly.hidden = hold.hidden = !active;
    slowly.disabled = !manual;
    slowly.setAttribute("aria-pressed", String(slow));
    slowly.textContent = say(slow ? "manual.slow_stop" : "manual.slow");
    hold.disabled = !mine || slow || state === "loading";
    hold.textContent = say(state === "paused" ? "manual.run" : "manual.pause");
    if (movesFocus && manual) {
      steps.D.focus();
      movesFocus = false;
    }
    message.textContent = away ? say("train.offline") : phase || sentence(status, did, waits);
  }

  function sentence(status, did, waits) {
    const { state, step, mine, may } = status;
    const at = { step: formatNumber(step ?? 0) };
    if (waits) return say("manual.queued");
    if (!isActive(status)) return say(may ? "manual.nothing" : "manual.may_not");
    if (state === "loading") return say("manual.loading");
    if (state === "running") return say(mine ? "manual.running" : "manual.running_watch");
    const whose = say(mine ? "manual.paused" : "manual.watching", at);
    return sentences([whose, did && say(`manual.did_${did}`)]);
  }

  return { element, choose: choice.set, show };
}
