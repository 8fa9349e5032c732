// Compares two runs: differing settings, overlaid curves, and results.

import { html, make } from "../../core/dom.js";
import { clock, fileSize, formatNumber, labelled } from "../../core/format.js";
import { pairChart } from "../compare/curves.js";
import { pairTable } from "../compare/pair_table.js";
import { distance, stateText, verdict } from "./words.js";

const CHARTS = ["frechet", "diversity", "loss_g", "loss_d"];

/** Create {element, show(runs)}; runs are two [name, card]; ask("compare", {runs}) asks the server. */
export function runsCompare({ say, words, ask, back }) {
  const { element, leave, error, differ, charts, results } = html`
    <section class="ls-column ru-beside">
      <button class="ls-btn" ref="leave">${say("runs.back")}</button>
      <h2 class="ls-heading">${say("runs.compared")}</h2>
      <p class="ls-error" role="alert" ref="error"></p>
      <p class="ls-small" ref="differ"></p>
      <div class="ls-small" ref="results"></div>
      <div class="tr-charts" ref="charts"></div>
    </section>`;
  leave.addEventListener("click", back);

  async function show(runs) {
    const cards = runs.map(([, card]) => card);
    const labels = cards.map((card, k) => labelled("AB"[k], card.title, say));
    error.textContent = differ.textContent = "";
    charts.replaceChildren();
    results.replaceChildren(table(cards, labels));
    const answer = await ask("compare", { runs: runs.map(([name]) => name) });
    error.textContent = answer.sentence;
    if (answer.sentence) return;
    differ.textContent = settings(answer.differences);
    for (const name of CHARTS.filter((one) => answer[one].length)) {
      const figure = make("figure", { className: "tr-chart" });
      charts.append(figure);
      pairChart(figure, name, ["A", "B"], say).setRows(answer[name], answer.last);
    }
  }

  function settings(differences) {
    if (!differences) return "";
    if (!differences.length) return say("runs.same_settings");
    const one = ([name, ...both]) => {
      const [first, second] = both.map((setting) => value(setting, name));
      const values = { name: say(`train.${name}`), first, second };
      return say("runs.differs", values);
    };
    return say("runs.differ", { list: differences.map(one).join(say("app.semicolon")) });
  }

  const value = (setting, name) => {
    if (name === "seconds") return setting ? clock(setting, say) : say("train.by_steps");
    const named = words[`train.value.${setting}`];
    if (named) return named;
    if (typeof setting === "boolean") return say(setting ? "runs.yes" : "runs.no");
    return formatNumber(setting, { maximumSignificantDigits: 3 });
  };

  function table(cards, labels) {
    /** @type {[string, (card: any) => any][]} */
    const rows = [
      ["runs.row_state", (card) => stateText(card, null, say)],
      ["train.frechet", (card) => (card.frechet === undefined ? "" : distance(card))],
      ["train.diversity", (card) => card.diversity?.toFixed(2) ?? ""],
      ["runs.row_trained", (card) => clock(card.elapsed, say)],
      ["runs.row_cpu", (card) => (card.cpu ? clock(card.cpu, say) : "")],
      ["runs.row_disk", (card) => fileSize(card.bytes)],
      ["runs.row_doctor", (card) => verdict(card, words, (_, { word }) => word)],
    ];
    const named = rows.map(([key]) => [say(key), ""]);
    const made = pairTable(say("runs.compared"), labels, named);
    rows.forEach(([, read], row) => {
      cards.forEach((card, side) => made.cells[row][side].append(read(card)));
    });
    return made.element;
  }

  return { element, show };
}
