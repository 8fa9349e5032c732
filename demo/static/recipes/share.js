// Recipes shared as links and files, on the tabs Explore and Interpolate.

import { showLink } from "../page/address.js";
import { base64url } from "../core/base64.js";
import { button, fill, make, thank } from "../core/dom.js";
import { acceptFiles } from "../core/file_drop.js";
import { RecipeError } from "./image_recipe.js";
import { openRecipe } from "./open.js";

export class Share {
  /**
   * `tab`: {name: prefix of its texts, kind: of its recipes, hash: the start of its links, linkMax:
   * characters, accept: of its files, className: of their input}; `say` shows a sentence.
   */
  constructor(words, tab, say) {
    this.words = words;
    this.tab = tab;
    this.say = say;
    const { accept, className } = tab;
    this.file = make("input", { type: "file", accept, className, hidden: true });
    this.file.addEventListener("change", () => {
      if (this.file.files[0]) this.read(this.file.files[0]);
      this.file.value = "";
    });
    this.link = this.action("copy_link", () => this.copy());
    const address = { className: "ls-input ls-link", readOnly: true, hidden: true };
    this.address = make("input", { ...address, ariaLabel: words["recipe.link"] });
    this.address.addEventListener("blur", () => (this.address.hidden = document.hasFocus()));
    addEventListener("hashchange", () => {
      this.arrived = null; // Back may return to a link
      this.arrive();
    });
  }

  /** Return the recipe for a link; each tab has its own. */
  recipe() {
    return {};
  }

  /** Show an opened recipe, {picture} or {clip}; each tab has its own way. */
  async open(_answer) {}

  text(key, values = {}) {
    return fill(this.words[`${this.tab.name}.${key}`], values);
  }

  /** Create a button whose RecipeErrors are shown. */
  action(name, work, extra = "") {
    const made = button(this.text(name), extra);
    made.addEventListener("click", () => this.tried(() => work(made)));
    return made;
  }

  group(className, ...children) {
    const made = make("div", { className, role: "group" }, ...children, this.file, this.address);
    made.setAttribute("aria-label", this.text("share"));
    return made;
  }

  async tried(work) {
    try {
      this.say("");
      await work();
    } catch (error) {
      if (!(error instanceof RecipeError)) throw error;
      this.say(error.message);
    }
  }

  async copy() {
    const text = base64url(JSON.stringify(this.recipe()));
    const { hash, linkMax: limit } = this.tab;
    if (text.length > limit) {
      throw new RecipeError(fill(this.words["recipe.long_link"], { limit }));
    }
    this.arrived = hash + text;
    showLink(this.arrived);
    if (await copied(location.href)) thank(this.link, this.text("copied"));
    else this.show(location.href);
  }

  /** Show a link to copy by hand: the address bar has another one if the page is in a frame. */
  show(link) {
    this.say(this.text("copy_failed"));
    this.address.hidden = false;
    this.address.value = link;
    this.address.select();
  }

  /** Open the recipe of a file or of a link's text, a Blob. */
  read(file) {
    return this.tried(async () => this.open(await openRecipe(file, this.tab.kind, this.words)));
  }

  /** Open the recipe in the page's address, once per address. */
  arrive() {
    const { hash } = location;
    if (hash === this.arrived) return;
    this.arrived = hash;
    if (hash.startsWith(this.tab.hash)) this.read(new Blob([hash]));
  }

  /** Open files dropped on `area`, unless `other(file, target)` takes them. */
  accept(area, other = null) {
    acceptFiles(area, (file, target) => other?.(file, target) || this.read(file));
  }
}

/** Copy a text; resolve to whether the browser allows it. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
