// The gallery: saved pictures in a strip.

import { arrange, div, make, speaker } from "../core/dom.js";
import { randomSeed } from "../latent/latents.js";
import { classText } from "../recipes/image_recipe.js";
import { thumbnail } from "../recipes/png.js";
import * as store from "./gallery_store.js";

export class Gallery {
  /** onpick(recipe): a picture was chosen. Shown in `gallery.element`. */
  constructor(words, { onpick }) {
    this.say = speaker(words, "gallery");
    this.onpick = onpick;
    this.store = new store.GalleryStore(() => this.render());
    this.cards = new Map(); // by id: {item, element}
    this.removed = []; // {item, at} of this visit, for undo
    this.renaming = null; // an id
    this.empty = make("p", { className: "ls-note" }, this.say("empty"));
    this.list = make("ul", { className: "ls-gallery-strip" });
    this.line = make("span", { className: "ls-gallery-line", role: "status" });
    this.undoButton = this.button("ls-btn ls-gallery-undo", this.say("undo"), () => this.undo());
    const foot = div("ls-row ls-note ls-gallery-foot", this.line, this.undoButton);
    const properties = { className: "ls-column ls-gallery", ariaLabel: this.say("title") };
    this.element = make("section", properties, this.empty, this.list, foot);
    this.render();
  }

  /** Save a picture with its recipe, `names` are those of the classes. Resolves to whether it is saved. */
  async add(recipe, image, names = []) {
    const parts = [classText(recipe.classes, names), recipe.seed].filter((part) => part !== "");
    const item = {
      id: `${Date.now().toString(36)}-${randomSeed().toString(36)}`,
      name: parts.join(" \u00b7 "),
      recipe,
      thumb: await thumbnail(image),
      kept_at: Date.now(),
    };
    return this.change((items) => [item, ...items], "kept", item);
  }

  remove(id) {
    const at = this.store.items.findIndex((one) => one.id === id);
    const item = this.store.items[at];
    if (!item) return;
    if (!this.change((items) => items.filter((one) => one.id !== id), "removed", item)) return;
    this.removed.push({ item, at });
    this.render();
    this.undoButton.focus(); // the focused element is gone
  }

  /** Restore the picture that was removed last. */
  undo() {
    if (!this.removed.length) return;
    const { item, at } = this.removed.at(-1);
    if (!this.change((items) => items.toSpliced(at, 0, item), "back", item)) return;
    this.removed.pop();
    this.render();
    this.focus(item.id);
  }

  rename(id, name) {
    const plain = name.trim().slice(0, store.NAME_MAX);
    const item = this.store.items.find((one) => one.id === id);
    if (!plain || !item || plain === item.name) return;
    const renamed = { ...item, name: plain };
    this.change((items) => items.map((one) => (one.id === id ? renamed : one)), "renamed", renamed);
  }

  /** Apply a change and show the result; return whether it was applied. */
  change(edit, key, values) {
    const trouble = this.store.change(edit);
    this.line.textContent = this.say(trouble || key, { ...values, most: store.MOST });
    this.render();
    return !trouble || trouble === "forbidden";
  }

  button(className, label, onclick, properties = {}) {
    return make("button", { type: "button", className, onclick, ...properties }, label);
  }

  /** Update only what changed: a card that is pressed or focused keeps its element. */
  render() {
    const { items } = this.store;
    const cards = items.map((item) => {
      const old = this.cards.get(item.id);
      const keep =
        old && (item.id === this.renaming || JSON.stringify(old.item) === JSON.stringify(item));
      return keep ? old : { item, element: this.card(item) };
    });
    this.cards = new Map(cards.map((one) => [one.item.id, one]));
    if (!this.cards.has(this.renaming)) this.renaming = null;
    arrange(this.list, cards);
    this.empty.hidden = items.length > 0;
    this.list.hidden = !items.length;
    this.undoButton.hidden = !this.removed.length;
  }

  focus(id) {
    this.cards.get(id)?.element.querySelector(".ls-gallery-pick")?.focus();
  }

  card(item) {
    const { id, name, recipe, thumb } = item;
    const picture = make("img", { className: "ls-gallery-thumb", alt: "", draggable: false });
    if (thumb) picture.src = thumb;
    const pick = this.button("ls-gallery-pick", picture, () => this.onpick(recipe));
    pick.append(make("span", { className: "ls-gallery-name" }, name));
    pick.title = `${name} (${recipe.model})`;
    const begin = () => this.begin(id);
    pick.ondblclick = begin;
    pick.onkeydown = (event) => {
      if (event.key === "F2") begin();
      else if (event.key === "Delete") this.remove(id);
      else return;
      event.preventDefault();
    };
    const tool = (key, label, work) => {
      const title = this.say(key, { name });
      return this.button("ls-gallery-tool", label, work, { title, ariaLabel: title });
    };
    const rename = tool("rename", "\u270e", begin);
    const remove = tool("remove", "\u00d7", () => this.remove(id));
    return make("li", { className: "ls-gallery-item" }, pick, rename, remove);
  }

  /** Edit the name in place: Enter or blur saves it, Escape cancels. */
  begin(id) {
    const { item, element } = this.cards.get(id);
    const ariaLabel = this.say("rename", { name: item.name });
    const properties = { value: item.name, maxLength: store.NAME_MAX, ariaLabel };
    const box = make("input", { className: "ls-gallery-input", ...properties });
    const finish = (keep, focus) => {
      if (this.renaming !== id) return;
      this.renaming = null;
      this.cards.delete(id); // restore its buttons
      if (keep) this.rename(id, box.value);
      this.render();
      if (focus) this.focus(id);
    };
    box.onblur = () => finish(true, false);
    box.onkeydown = (event) => {
      event.stopPropagation(); // not the page's shortcuts
      if (event.isComposing) return;
      if (event.key === "Enter") finish(true, true);
      if (event.key === "Escape") finish(false, true);
    };
    this.renaming = id;
    element.replaceChildren(box);
    box.focus();
    box.select();
  }
}
