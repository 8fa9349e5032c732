// Compares two runs: differing settings, overlaid curves, and results.

import { chart } from "../../charts/line_chart.js";
import { button, heading, make } from "../../core/dom.js";
import { clock } from "../../core/duration.js";
import { distance, size, standing, verdict } from "./words.js";

const COLORS = ["--tr-real", "--tr-fake"]; // of the first and of the second run
const LETTERS = ["A", "B"];
/** @type {[string, object][]} */
const CHARTS = [
  ["frechet", { log: true, smooth: false }],
  ["diversity", { smooth: false, least: 1.2, level: 1 }],
  ["loss_g", {}],
  ["loss_d", {}],
];

/** Create {element, show(runs)}; runs are two [name, card]; ask("compare", {runs}) asks the server. */
export function runsCompare({ say, words, ask, back }) {
  const leave = button(say("runs.back"));
  const title = heading(say("runs.compared"));
  const names = make("p", { className: "ru-names" });
  const wrong = make("p", { className: "ls-error", role: "alert" });
  const differ = make("p", { className: "ru-differ" });
  const charts = make("div", { className: "tr-charts" });
  const table = make("table", { className: "ru-table" });
  const element = make("section", { className: "ru-beside" }, leave, title, names);
  element.append(wrong, differ, charts, table);
  leave.addEventListener("click", back);
  const titles = { frechet: say("train.frechet"), diversity: say("train.diversity") };
  for (const one of ["loss_g", "loss_d"])
    titles[one] = `${say("train.losses")} ${say(`train.${one}`)}`;

  async function show(runs) {
    const cards = runs.map(([, card]) => card);
    names.replaceChildren(...cards.map((card, k) => key(card, k)));
    wrong.textContent = differ.textContent = "";
    charts.replaceChildren();
    fillTable(cards);
    const answer = await ask("compare", { runs: runs.map(([name]) => name) });
    wrong.textContent = answer.sentence;
    if (answer.sentence) return;
    differ.textContent = settings(answer.differences);
    for (const [name, options] of CHARTS) {
      if (!answer[name].length) continue;
      const figure = make("figure", { className: "tr-chart" });
      charts.append(figure);
      draw(figure, titles[name], options, answer[name], answer.last);
    }
  }

  function draw(figure, label, options, rows, last) {
    const curves = COLORS.map((color, k) => ({ name: LETTERS[k], color }));
    const text = (step) => say("train.at_step", { step: step.toLocaleString() });
    chart(figure, { title: label, curves, text, apart: true, ...options }).setRows(rows, last);
  }

  function key(card, k) {
    const made = make("span", { className: "tr-key" }, `${LETTERS[k]}: ${card.title}`);
    made.style.setProperty("--key", `var(${COLORS[k]})`);
    return made;
  }

  function settings(differences) {
    if (!differences) return "";
    if (!differences.length) return say("runs.same_settings");
    const one = ([name, first, second]) =>
      say("runs.differs", {
        name: say(`train.${name}`),
        first: value(first),
        second: value(second),
      });
    return say("runs.differ", { list: differences.map(one).join("; ") });
  }

  const value = (setting) => {
    const named = words[`train.value.${setting}`];
    if (named) return named;
    if (typeof setting === "boolean") return say(setting ? "runs.yes" : "runs.no");
    return setting.toLocaleString(undefined, { maximumSignificantDigits: 3 });
  };

  function fillTable(cards) {
    /** @type {[string, (card: any) => any][]} */
    const rows = [
      ["runs.row_state", (card) => standing(card, null, say)],
      ["train.frechet", (card) => (card.frechet === undefined ? "" : distance(card))],
      ["train.diversity", (card) => card.diversity?.toFixed(2) ?? ""],
      ["runs.row_trained", (card) => clock(card.elapsed, say)],
      ["runs.row_cpu", (card) => (card.cpu ? clock(card.cpu, say) : "")],
      ["runs.row_disk", (card) => size(card.bytes)],
      ["runs.row_doctor", (card) => verdict(card, words, (_, { word }) => word)],
    ];
    const cell = (tag, ...inside) => make(tag, {}, ...inside);
    const head = cards.map((card, k) => {
      const made = cell("th", key(card, k));
      made.scope = "col";
      return made;
    });
    const body = rows.map(([label, read]) => {
      const first = cell("th", say(label));
      first.scope = "row";
      return cell("tr", first, ...cards.map((card) => cell("td", read(card))));
    });
    table.replaceChildren(cell("thead", cell("tr", cell("td"), ...head)), cell("tbody", ...body));
  }

  return { element, show };
}
