// Finds a picture with chosen attributes near the one that is shown, such as a face with glasses.

import { button, div, field, heading, make, speaker } from "../core/dom.js";
import { helped } from "../core/help.js";
import { parts } from "../latent/class_weights.js";

/** `on` has find(payload): the server's; model(); `store` is a LatentStore. */
export class Attributes {
  constructor(words, store, on) {
    this.on = on;
    this.store = store;
    this.words = words;
    const w = (this.w = speaker(words, "explore"));
    this.list = div("ls-attributes");
    this.find = button(w("attributes_find"), "", () => this.search());
    this.said = make("p", { className: "ls-note", role: "status" });
    const title = helped(heading(w("attributes")), w("attributes"), w("attributes_hint"));
    this.element = make("section", {}, title, this.list, div("ls-row", this.find), this.said);
  }

  setModel({ attributes }) {
    this.element.hidden = !attributes?.length;
    const options = () => [
      ["any", ""],
      ["with", "1"],
      ["without", "0"],
    ];
    this.choices = (attributes ?? []).map((name) => {
      const texts = options().map(([key, value]) => new Option(this.w(`attribute.${key}`), value));
      const choice = make("select", { onchange: () => this.refresh() }, ...texts);
      return { name, choice, label: this.title(name) };
    });
    this.list.replaceChildren(...this.choices.map(({ label, choice }) => field(label, choice)));
    this.said.textContent = "";
    this.refresh();
  }

  title(name) {
    return this.words[`explore.name.${name}`] ?? name;
  }

  refresh() {
    this.find.disabled = this.busy || this.choices.every(({ choice }) => !choice.value);
  }

  async search() {
    const { w, store } = this;
    const { model, classes } = this.on.model();
    const { z, scale, classes: now } = store.state;
    const chosen = this.choices.filter(({ choice }) => choice.value);
    const wanted = Object.fromEntries(
      chosen.map(({ name, choice }) => [name, choice.value === "1"]),
    );
    const label = classes ? parts(now).a : 0;
    this.busy = true;
    this.refresh();
    this.said.textContent = w("searching");
    const request = { model, z: Array.from(z, (x) => x * scale), label, wanted };
    const answer = (await this.on.find(request).catch(() => null)) ?? { error: w("failed") };
    this.busy = false;
    this.refresh();
    if (this.on.model().model !== model) return;
    const missed = (answer.missed ?? [])
      .map((name) => this.title(name))
      .join(this.words["app.comma"]);
    const sentence = missed ? w("attributes_missed", { missed }) : "";
    this.said.textContent = answer.error ?? sentence;
    if (answer.error) return;
    store.go({ z: Float32Array.from(answer.z), scale: 1, ...(classes ? { classes: label } : {}) });
  }
}
