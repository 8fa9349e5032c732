// Changes of the current run: applied at once, confirmed briefly, and undone on request.

import { html } from "../../core/dom.js";
import { formatNumber } from "../../core/format.js";

/** {element, change(name, value, before), reset()}; `send(changes)` answers {step} or a sentence. */
export function formSteer({ say, send }) {
  const { element, message, undo } = html`
    <div class="ls-note tf-applied" role="status">
      <span ref="message"></span>
      <button class="ls-btn" hidden ref="undo">${say("train.undo")}</button>
    </div>`;
  let past = []; // [name, value before], newest last

  async function apply(name, value, words) {
    const answer = await send({ [name]: value });
    const step = formatNumber(answer.step);
    const text = say(words, { name: say(`train.${name}`), value, step });
    message.textContent = answer.sentence ? "" : text;
    return !answer.sentence;
  }

  async function change(name, value, before) {
    if (await apply(name, value, "train.applies")) past.push([name, before]);
    undo.hidden = past.length === 0;
  }

  undo.addEventListener("click", async () => {
    const [name, before] = past.at(-1);
    if (await apply(name, before, "train.undone")) past.pop();
    undo.hidden = past.length === 0;
  });

  function reset() {
    past = [];
    message.textContent = "";
    undo.hidden = true;
  }
  return { element, change, reset };
}
