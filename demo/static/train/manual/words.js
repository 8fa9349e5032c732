// The objectives of D and G and failure modes, with the formula of the loss.

import { make } from "../../core/dom.js";

// D(x) is the sigmoid of the score s(x); E is the mean over a batch
const FORMULAS = {
  "non-saturating": ["−E log D(x) − E log(1 − D(G(z)))", "−E log D(G(z))"],
  hinge: ["E max(0, 1 − s(x)) + E max(0, 1 + s(G(z)))", "−E s(G(z))"],
  relativistic: ["E log(1 + exp(s(G(z)) − s(x)))", "E log(1 + exp(s(x) − s(G(z))))"],
  "least-squares": ["½ E (s(x) − 1)² + ½ E s(G(z))²", "½ E (s(G(z)) − 1)²"],
};
const R1 = "+ ½ γ E |∇s(x)|²";
const FAILURES = ["strong", "blind", "collapse"];

/** Create {element, setGame(game)}. */
export function explanation({ say }) {
  const text = (key) => make("p", { textContent: say(key) });
  const title = (key, who = "") => {
    const made = make("h4", { textContent: say(key) });
    made.dataset.who = who;
    return made;
  };
  const formula = () => make("p", { className: "hd-formula" });
  const [ofD, ofG] = [formula(), formula()];
  const r1 = text("manual.want_r1");
  const failures = FAILURES.map((name) => make("li", { textContent: say(`manual.fail_${name}`) }));
  const element = make(
    "section",
    { className: "hd-why" },
    title("manual.want_d_title", "D"),
    text("manual.want_d"),
    ofD,
    r1,
    title("manual.want_g_title", "G"),
    text("manual.want_g"),
    ofG,
    title("manual.fail_title"),
    make("ul", {}, ...failures),
  );
  function setGame(game) {
    const [d, g] = FORMULAS[game.loss];
    const term = make("span", { className: "hd-term", textContent: R1 });
    ofD.replaceChildren(d + " ", ...(game.r1 ? [term] : []));
    ofG.textContent = g;
    r1.hidden = !game.r1;
  }
  return { element, setGame };
}
