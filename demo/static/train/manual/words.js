// The objectives of D and G and failure modes, with the formula of the loss.

import { html, make } from "../../core/dom.js";

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
  const { element, ofD, ofG, r1, failures } = html`
    <section class="ls-small hd-why">
      <h2 class="ls-heading" data-who="D">${say("manual.want_d_title")}</h2>
      <p>${say("manual.want_d")}</p>
      <p class="hd-formula" ref="ofD"></p>
      <p ref="r1">${say("manual.want_r1")}</p>
      <h2 class="ls-heading" data-who="G">${say("manual.want_g_title")}</h2>
      <p>${say("manual.want_g")}</p>
      <p class="hd-formula" ref="ofG"></p>
      <h2 class="ls-heading">${say("manual.fail_title")}</h2>
      <ul ref="failures"></ul>
    </section>`;
  failures.append(...FAILURES.map((name) => make("li", {}, say(`manual.fail_${name}`))));

  function setGame(game) {
    const [d, g] = FORMULAS[game.loss];
    ofD.replaceChildren(`${d} `);
    if (game.r1) ofD.append(make("span", { className: "hd-term" }, R1));
    ofG.textContent = g;
    r1.hidden = !game.r1;
  }
  return { element, setGame };
}
