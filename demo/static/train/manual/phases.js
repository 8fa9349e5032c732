// The phases of a training step of D or G, as states of the diagram's parts.

/** Return three {words, nodes: {id: state}, edges: {id: state}}; states: fore, back, through, moved. */
export function phases(who, game) {
  const ids = (name) => game[name].map((_, k) => name + k);
  const [G, D] = [ids("G"), ids("D")];
  const drawn = ["z", ...G, "fake"];
  const draw = {
    words: "manual.phase_draw",
    nodes: all(drawn, "fore"),
    edges: all(links(drawn), "fore"),
  };
  const inputs = who === "D" ? ["real", "fake"] : ["fake"];
  const read = {
    words: who === "D" ? "manual.phase_read_both" : "manual.phase_read",
    nodes: all([...inputs, ...D], "fore"),
    edges: all([...inputs.map((id) => `${id}>D0`), ...links(D)], "fore"),
  };
  const learn =
    who === "D"
      ? { words: "manual.phase_back_d", nodes: all(D, "moved"), edges: all(links(D), "back") }
      : {
          words: "manual.phase_back_g",
          nodes: { ...all(D, "through"), fake: "back", ...all(G, "moved") },
          edges: all(links([...G, "fake", ...D]), "back"),
        };
  return [draw, read, learn];
}

const all = (ids, state) => Object.fromEntries(ids.map((id) => [id, state]));
const links = (ids) => ids.slice(1).map((id, k) => `${ids[k]}>${id}`);
