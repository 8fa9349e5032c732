// The list of directions: pinned ones first, then one of the model's sets.
// Names, pins and the visitor's own directions are stored in localStorage per model.

import { floats } from "../core/base64.js";
import { button, div, make, number, segments, speaker } from "../core/dom.js";
import { read, write } from "../core/storage.js";
import { Direction } from "./direction.js";
import { directionMatrix } from "./direction_matrix.js";

const STORE = "latent-studio.directions.";
const OPEN = 8; // of a set, before "show more"
const OWN_MAX = 40;
const REACH = 3; // sigma at the ends of the visitor's own

/** `store` is a LatentStore; onwanted(): the visible rows must be drawn. */
export class Directions {
  constructor(words, store, onwanted) {
    this.words = words;
    this.store = store;
    this.onwanted = onwanted;
    this.rows = [];
    this.set = null;
    this.more = 0;
    const w = (this.w = speaker(words, "explore"));
    const sets = ["measured", "content", "motion", "pca", "sefa", "own"].map((kind) => [
      kind,
      w(`set.${kind}`),
    ]);
    this.tabs = segments(w("directions"), sets, (set) => {
      [this.set, this.more] = [set, 0];
      this.render();
    });
    this.hint = make("p", { className: "ls-note" });
    this.matrix = div("");
    this.pinned = div("ls-column ls-dirs");
    this.list = div("ls-column ls-dirs");
    this.rest = button(w("more"), "", () => {
      this.more += OPEN;
      this.render();
    });
    const parts = [this.pinned, this.tabs.element, this.hint, this.list, this.rest, this.matrix];
    this.element = div("ls-column", ...parts);
    this.watcher = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const row = this.rows.find(({ element }) => element === target);
          if (row) row.seen = isIntersecting;
        }
        this.onwanted();
      },
      { rootMargin: "80px" },
    );
    new ResizeObserver(() => this.fit()).observe(this.element);
  }

  /** Set the directions of a model and restore the visitor's names and pins. */
  setModel(model) {
    this.model = model;
    this.kept = recall(model);
    const { w } = this;
    const axes = floats(model.axes);
    const counts = {};
    this.known = model.directions.map((d, i) => {
      const n = (counts[d.kind] = (counts[d.kind] ?? 0) + 1);
      return {
        id: `${d.kind}:${d.name}`,
        kind: d.kind,
        title: this.words[`explore.name.${d.name}`] ?? w(`direction.${d.kind}`, { n }),
        axis: axes.slice(i * model.z_dim, (i + 1) * model.z_dim),
        said: this.effect(d),
        reach: d.reach,
        untrue: d.true === false,
        hint: typeof d.r2 === "number" ? w("r2", { r2: number(d.r2) }) : "",
      };
    });
    this.more = 0;
    const measured = model.directions.filter((d) => d.changes);
    const title = (d) => this.words[`explore.name.${d.name}`] ?? d.name;
    const table = measured.length > 1 ? [directionMatrix(measured, title, this.words)] : [];
    this.matrix.replaceChildren(...table);
    this.render();
  }

  /** Describe the effect of a direction: the measured trait, or how much changes. */
  effect({ trait, effect, low, high, unit, keeps, ...d }) {
    const { w, words } = this;
    if (!trait) return w("effect", { effect: number(effect, 0), reach: number(d.reach, 1) });
    const short = (x) => number(x, Math.abs(x) < 10 ? 1 : 0);
    return w("measured", {
      trait: words[`explore.trait.${trait}`] ?? trait,
      low: short(low),
      high: short(high),
      unit: words[`explore.unit.${unit}`] ?? "",
      keeps:
        (keeps === null ? "" : w("keeps", { share: Math.round(keeps * 100) })) +
        (d.true === false ? w("untrue") : ""),
    });
  }

  /** Return the rows: the model's directions with the visitor's changes. */
  entries() {
    const ids = this.known.map((d) => d.id);
    // pinned directions keep their axis: newer weights may reorder the others
    const own = Object.keys(this.kept)
      .filter((id) => !ids.includes(id))
      .map((id) => ({ id, kind: "own", title: id, said: this.w("own"), hint: "" }));
    return [...this.known, ...own].map((d) => {
      const kept = this.kept[d.id];
      return { reach: REACH, ...d, ...kept, title: kept?.title || d.title };
    });
  }

  render() {
    const all = this.entries();
    const kinds = new Set(this.known.map((d) => d.kind));
    if (Object.values(this.kept).some(({ own }) => own)) kinds.add("own");
    if (!kinds.has(this.set)) [this.set] = kinds;
    const pinned = all.filter((d) => d.pinned);
    const shown = all.filter((d) => d.kind === this.set && !d.pinned);
    const show = (list, entries) => {
      const rows = entries.map((d) => new Direction(d, this.model, this.words, this));
      list.replaceChildren(...rows.map(({ element }) => element));
      return rows;
    };
    this.watcher.disconnect();
    const most = OPEN + this.more;
    this.rows = [...show(this.pinned, pinned), ...show(this.list, shown.slice(0, most))];
    this.rest.hidden = shown.length <= most;
    this.tabs.offer([...kinds]);
    this.tabs.set(this.set);
    this.matrix.hidden = this.set !== "measured";
    this.hint.textContent = this.words[`explore.hint.${this.set}`] ?? "";
    this.store.lock(all.filter((d) => d.locked).map((d) => d.axis));
    this.fit();
    for (const { element } of this.rows) this.watcher.observe(element);
    if (this.z?.length === this.model.z_dim) this.show(this.z);
  }

  fit() {
    const width = this.element.clientWidth;
    if (!width || !this.model) return;
    for (const row of this.rows) row.fit(width);
    this.onwanted();
  }

  show(z) {
    this.z = z;
    for (const row of this.rows) row.show(z);
  }

  /** Return what Pictures draws; a direction's images do not change along itself. */
  requests(state, dragged) {
    const rows = this.rows.filter((row) => row.seen && row.about.id !== dragged);
    return rows.map((row) => row.request(state, this.store.locked));
  }

  /** Add a direction of the visitor. Return false if the list is full or cannot be stored. */
  add(title, axis) {
    if (Object.keys(this.kept).length >= OWN_MAX) return false;
    this.set = "own";
    const id = `own:${Date.now().toString(36)}`;
    return this.change(id, { title, axis, own: true, kind: "own" });
  }

  change(id, change) {
    const axis = this.entries().find((d) => d.id === id)?.axis;
    const next = { axis, ...this.kept[id], ...change };
    if (!next.title && !next.own) delete next.title;
    const keep = next.own || next.title || next.pinned || next.locked;
    return this.keep(id, keep ? next : null);
  }

  forget(id) {
    this.keep(id, null);
  }

  /** Store what is kept of a direction, or nothing. Return whether it was stored. */
  keep(id, next) {
    const kept = { ...this.kept };
    if (next) kept[id] = { ...next, axis: Array.from(next.axis) };
    else delete kept[id];
    this.kept = kept;
    const stored = write(STORE + this.model.model, kept);
    this.render();
    return stored;
  }
}

/** Return {id: {axis, title, own, kind, pinned, locked}} of what is stored for a model. */
function recall({ model, z_dim }) {
  const fits = ([, kept]) =>
    Array.isArray(kept?.axis) && kept.axis.length === z_dim && kept.axis.every(Number.isFinite);
  return Object.fromEntries(Object.entries(read(STORE + model) ?? {}).filter(fits));
}
