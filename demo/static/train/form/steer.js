// Changes of the current run: applied at once, confirmed briefly, and undone on request.

import { button, make } from "../../core/dom.js";

/** {element, change(name, value, before), reset()}; `send(changes)` answers {step} or a sentence. */
export function formSteer({ say, send }) {
  const message = make("span", {});
  const undo = button(say("train.undo"), "tf-undo");
  const element = make("div", { className: "tf-applied", role: "status" }, message, undo);
  let past = []; // [name, value before], newest last
  undo.hidden = true;

  async function apply(name, value, words) {
    const answer = await send({ [name]: value });
    if (answer.sentence) {
      message.textContent = "";
      return false;
    }
    const step = answer.step.toLocaleString();
    message.textContent = say(words, { name: say(`train.${name}`), value, step });
    return true;
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
