// How well the named directions do what their names say: what each changes, as a table of shades.

import { make, number, speaker } from "../core/dom.js";

/**
 * Create a table, folded away, of `directions`, measured ones of a model: the change of every trait
 * along each, in percent of that of its own trait, and that of its own along a random direction.
 * `title(direction)` names one.
 */
export function directionMatrix(directions, title, words) {
  const w = speaker(words, "explore");
  const cell = (share) => {
    const made = make("td", {}, number(Math.round(100 * share), 0));
    const shade = Math.min(50, Math.round(50 * Math.abs(share))); // the text stays legible
    made.style.setProperty("--share", `${shade}%`);
    return made;
  };
  const heads = [...directions.map(title), w("matrix.random")];
  const rows = directions.map((d) => {
    const own = d.changes[d.trait];
    const shares = directions.map(({ trait }) => d.changes[trait] / own);
    const each = make(
      "td",
      {},
      number((d.high - d.low) / (2 * d.reach), 1) + (words[`explore.unit.${d.unit}`] ?? ""),
    );
    const name = make("th", { scope: "row" }, title(d));
    const cells = [...shares, d.random / own].map(cell);
    return make("tr", { className: d.true ? "" : "ls-untrue" }, name, ...cells, each);
  });
  const head = [...heads, w("matrix.sigma")].map((text) => {
    return make("th", { scope: "col" }, make("span", {}, text));
  });
  const table = make("table", {}, make("tr", {}, make("td"), ...head), ...rows);
  const said = make("p", { className: "ls-note" }, w("matrix.hint"));
  return make(
    "details",
    { className: "ls-matrix" },
    make("summary", {}, w("matrix.title")),
    said,
    table,
  );
}
