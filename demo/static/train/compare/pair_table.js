// A table with a column for each of two runs.

import { make } from "../../core/dom.js";
import { help } from "../../core/help.js";
import { COLORS } from "./curves.js";

/** Create {element, cells}; rows: [label, hint]; cells: two of each row, to be filled. */
export function pairTable(caption, names, rows) {
  const cells = rows.map(() => [make("td"), make("td")]);
  const head = names.map((name, side) => {
    const key = { className: "tr-key", style: `--key: var(${COLORS[side]})` };
    return make("th", { scope: "col", ...key }, name);
  });
  const body = rows.map(([label, hint], k) => {
    const about = hint ? [" ", help(label, hint)] : [];
    return make("tr", {}, make("th", { scope: "row" }, label, ...about), ...cells[k]);
  });
  const element = make(
    "table",
    { className: "ls-table" },
    make("caption", { className: "ls-unseen" }, caption),
    make("thead", {}, make("tr", {}, make("td"), ...head)),
    make("tbody", {}, ...body),
  );
  return { element, cells };
}
