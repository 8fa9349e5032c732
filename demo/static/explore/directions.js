// The list of directions: pinned ones first, then one of the model's sets.
// Names, pins and the visitor's own directions are stored in localStorage per model.

import { floats } from "../core/base64.js";
import { make, button, segments, fill, number } from "../core/dom.js";
import { read, write } from "../core/storage.js";
import { Direction } from "./direction.js";

const STORE = "latent-studio.directions.";
const OPEN = 8; // of a set, before "show more"
const OWN_MAX = 40;

/** Describe the effect of a direction: the measured trait, or how much changes. */
function said(words, d) {
  const say = (key, values) => fill(words[`explore.${key}`], values);
  if (!d.trait) return say("effect", { effect: number(d.effect, 0) });
  const values = {
    trait: words[`explore.trait.${d.trait}`] ?? d.trait,
    low: number(d.low, Math.abs(d.low) < 10 ? 1 : 0),
    high: number(d.high, Math.abs(d.high) < 10 ? 1 : 0),
    unit: words[`explore.unit.${d.unit}`] ?? "",
    keeps: d.keeps === null ? "" : say("keeps", { share: Math.round(d.keeps * 100) }),
  };
  return say("measured", values);
}

export class Directions {
  constructor(words, on) {
    this.words = words;
    this.on = on; // {slide(axis, value, id), locks(axes), wanted(): draw the visible ones}
    this.rows = [];
    this.set = null;
    this.more = 0;
    const w = (key) => words[`explore.${key}`];
    const sets = ["measured", "pca", "sefa", "own"].map((kind) => [kind, w(`set.${kind}`)]);
    this.tabs = segments(w("directions"), sets, (set) => this.choose(set));
    this.hint = make("p", { className: "ls-note" });
    this.pinned = make("div", { className: "ls-dirs" });
    this.list = make("div", { className: "ls-dirs" });
    this.rest = button(w("more"));
    this.rest.addEventListener("click", () => {
      this.more += OPEN;
      this.render();
    });
    this.element = make(
      "div",
      { className: "ls-directions" },
      this.pinned,
      this.tabs.element,
      this.hint,
      this.list,
      this.rest,
    );
    this.watcher = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          const row = this.rows.find((known) => known.element === entry.target);
          if (row) row.seen = entry.isIntersecting;
        }
        this.on.wanted();
      },
      { rootMargin: "80px" },
    );
    new ResizeObserver(() => this.fit()).observe(this.element);
  }

  /** Set the directions of a model and restore the visitor's names and pins. */
  setModel(model) {
    const axes = floats(model.axes);
    const axis = (i) => axes.slice(i * model.z_dim, (i + 1) * model.z_dim);
    this.model = model;
    this.kept = this.recall(model);
    this.known = model.directions.map((d, i) => ({
      ...d,
      id: `${d.kind}:${d.name}`,
      axis: axis(i),
    }));
    const counts = {};
    for (const d of this.known) d.n = counts[d.kind] = (counts[d.kind] ?? 0) + 1;
    const kinds = this.kinds();
    if (!kinds.includes(this.set)) this.set = kinds[0];
    this.more = 0;
    this.render();
  }

  kinds() {
    const own = Object.values(this.kept).some((k) => k.own);
    return [...new Set(this.known.map((d) => d.kind)), ...(own ? ["own"] : [])];
  }

  choose(set) {
    this.set = set;
    this.more = 0;
    this.render();
  }

  /** Return the rows: the model's directions with the visitor's changes. */
  entries() {
    const w = this.words;
    const named = (d) =>
      w[`explore.name.${d.name}`] ?? fill(w[`explore.direction.${d.kind}`] ?? "{n}", { n: d.n });
    const all = this.known.map((d) => ({
      id: d.id,
      kind: d.kind,
      title: named(d),
      axis: d.axis,
      said: said(w, d),
      hint: d.r2 === null || d.r2 === undefined ? "" : fill(w["explore.r2"], { r2: number(d.r2) }),
    }));
    const ids = new Set(all.map((d) => d.id));
    for (const [id, kept] of Object.entries(this.kept)) {
      // pinned directions keep their axis: newer weights may reorder the others
      if (!ids.has(id) && kept.axis) {
        all.push({ id, kind: "own", title: id, said: w["explore.own"], hint: "", axis: kept.axis });
      }
    }
    return all.map((d) => ({ ...d, ...this.kept[d.id], title: this.kept[d.id]?.title || d.title }));
  }

  render() {
    const all = this.entries();
    const shown = all.filter((d) => d.kind === this.set && !d.pinned);
    const make = (d) =>
      new Direction(d, this.model, this.words, {
        slide: this.on.slide,
        change: (id, change) => this.change(id, change),
        forget: (id) => this.forget(id),
      });
    this.watcher.disconnect();
    const top = all.filter((d) => d.pinned).map(make);
    const list = shown.slice(0, OPEN + this.more).map(make);
    this.rows = [...top, ...list];
    this.pinned.replaceChildren(...top.map((row) => row.element));
    this.list.replaceChildren(...list.map((row) => row.element));
    this.rest.hidden = shown.length <= OPEN + this.more;
    this.tabs.offer(this.kinds());
    this.tabs.set(this.set);
    this.hint.textContent = this.words[`explore.hint.${this.set}`] ?? "";
    this.locked = all.filter((d) => d.locked).map((d) => d.axis);
    this.on.locks(this.locked);
    this.fit();
    for (const row of this.rows) this.watcher.observe(row.element);
    if (this.z?.length === this.model.z_dim) this.show(this.z);
  }

  fit() {
    const width = this.element.clientWidth;
    if (!width || !this.model) return;
    for (const row of this.rows) row.fit(width);
    this.on.wanted();
  }

  /** Show the latent's coordinate along each. */
  show(z) {
    this.z = z;
    for (const row of this.rows) row.show(z);
  }

  /** Add a direction of the visitor. Return false if the list is full or cannot be stored. */
  add(title, axis) {
    if (Object.keys(this.kept).length >= OWN_MAX) return false;
    const id = `own:${Date.now().toString(36)}`;
    this.set = "own";
    return this.change(id, { title, axis, own: true, kind: "own" });
  }

  change(id, change) {
    const axis = this.entries().find((d) => d.id === id)?.axis;
    const next = { axis, ...this.kept[id], ...change };
    if (!next.title && !next.own) delete next.title;
    this.kept = { ...this.kept, [id]: next };
    if (!next.own && !next.title && !next.pinned && !next.locked) delete this.kept[id];
    return this.settle();
  }

  forget(id) {
    const { [id]: gone, ...rest } = this.kept;
    this.kept = rest;
    if (!this.kinds().includes(this.set)) this.set = this.kinds()[0];
    this.settle();
  }

  settle() {
    const plain = Object.entries(this.kept).map(([id, k]) => [
      id,
      { ...k, axis: Array.from(k.axis) },
    ]);
    const stored = write(STORE + this.model.model, Object.fromEntries(plain));
    this.render();
    return stored;
  }

  recall(model) {
    const found = Object.entries(read(STORE + model.model) ?? {}).filter(
      ([, k]) =>
        Array.isArray(k?.axis) && k.axis.length === model.z_dim && k.axis.every(Number.isFinite),
    );
    return Object.fromEntries(
      found.map(([id, k]) => [id, { ...k, axis: Float32Array.from(k.axis) }]),
    );
  }
}
