// The buttons of the By hand panel, and a sentence that says whose step is next.

import { button, make, segments } from "../../core/dom.js";

const ACTIVE = ["loading", "running", "paused"];

/** Whether a run is training or paused. */
export const isActive = ({ state }) => ACTIVE.includes(state);

/** Create {element, choose(name), show(now)}; `on` has choose, start, move, crawl and hold. */
export function handControls({ say, games, on }) {
  const choice = segments(
    say("manual.networks"),
    games.map((name) => [name, say(`manual.${name}`)]),
    on.choose,
  );
  const start = button(say("manual.start"), "ls-primary");
  const steps = { D: button(say("manual.step_d")), G: button(say("manual.step_g")) };
  const crawl = button(say("manual.slow"));
  const hold = button("");
  const message = make("p", { className: "hd-told-now", role: "status" });
  const row = make(
    "div",
    { className: "hd-buttons" },
    choice.element,
    start,
    steps.D,
    steps.G,
    crawl,
    hold,
  );
  const element = make("div", {}, row, message);
  let handsOver = false; // the focus, from the button to start to the first step
  start.addEventListener("click", on.start);
  steps.D.addEventListener("click", () => on.move("D"));
  steps.G.addEventListener("click", () => on.move("G"));
  crawl.addEventListener("click", on.crawl);
  hold.addEventListener("click", on.hold);

  // `next`: the player of the next step; `phase`: a sentence during a step
  function show({ standing, next, did, slow, waits, phase }) {
    const { state, mine, may } = standing;
    const [active, hand] = [isActive(standing), state === "paused" && mine];
    if (active && document.activeElement === start) handsOver = true; // it is about to be hidden
    choice.element.hidden = start.hidden = active;
    start.disabled = !may;
    for (const [who, one] of Object.entries(steps)) {
      one.hidden = !active;
      one.disabled = !hand || slow; // not during a step: the focus would be lost
      one.classList.toggle("ls-primary", hand && !slow && next === who);
    }
    crawl.hidden = hold.hidden = !active;
    crawl.disabled = !hand;
    crawl.setAttribute("aria-pressed", String(slow));
    crawl.textContent = say(slow ? "manual.slow_stop" : "manual.slow");
    hold.disabled = !mine || slow || state === "loading";
    hold.textContent = say(state === "paused" ? "manual.run" : "manual.pause");
    if (handsOver && hand) {
      steps.D.focus();
      handsOver = false;
    }
    message.textContent = phase || sentence(standing, did, waits);
  }

  function sentence(standing, did, waits) {
    const { state, step, mine, may } = standing;
    const at = { step: (step ?? 0).toLocaleString() };
    if (waits) return say("manual.queued");
    if (!isActive(standing)) return say(may ? "manual.nothing" : "manual.may_not");
    if (state === "loading") return say("manual.loading");
    if (state === "running") return say(mine ? "manual.running" : "manual.running_watch");
    return `${say(mine ? "manual.paused" : "manual.watching", at)} ${did && say(`manual.did_${did}`)}`.trim();
  }

  return { element, choose: choice.set, show };
}
