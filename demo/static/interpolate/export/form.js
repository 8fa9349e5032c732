// The form of the exported file, with its estimated size.

import { make, heading, segments } from "../../core/dom.js";
import { frameCount, readNumber } from "../settings.js";
import { speaker } from "../words.js";

// With one digit after the point if there is only one before it.
const rounded = (x) => x.toFixed(x < 10 ? 1 : 0);
const bytes = (count) =>
  count < 1e6 ? `${rounded(count / 1e3)} kB` : `${rounded(count / 1e6)} MB`;

/**
 * `choices` of settings.js; `swatch(name)`: a CSS background of a colour map;
 * `set(part, gesture)` is called with changed settings, `rest()` at the end of
 * a gesture.
 */
export class FileForm {
  constructor(words, choices, swatch, set, rest) {
    this.say = speaker(words);
    this.choices = choices;
    this.set = set;
    this.rest = rest;
    const { say } = this;
    this.formats = this.chips("format", Object.keys(choices.formats), "lc-formats", (format) =>
      choices.tidy({ ...this.settings, format }),
    );
    this.seconds = this.number("seconds", 0.5, false);
    this.fps = make("select", { className: "lc-fps" });
    this.fps.addEventListener("change", () => set({ fps: Number(this.fps.value) }));
    this.scale = make("input", { type: "range", className: "ls-range lc-scale", min: 1, step: 1 });
    this.side = make("span", { className: "lc-side" });
    this.scale.addEventListener("input", () =>
      set({ side: Number(this.scale.value) * this.native }, "side"),
    );
    this.scale.addEventListener("change", rest);
    this.colours = this.chips("colours", choices.colours, "lc-colours", (colours) => ({ colours }));
    for (const [name, chip] of this.colours.made) chip.style.setProperty("--swatch", swatch(name));
    const smoothing = [false, true].map((smooth) => [smooth, say(smooth ? "smooth" : "crisp")]);
    this.pixels = segments(say("pixels"), smoothing, (smooth) => set({ smooth }));
    this.border = this.number("border", 4);
    this.loops = this.number("loops", 1);
    this.caption = make("input", { className: "lc-caption-text", maxLength: choices.captionMax });
    this.caption.addEventListener("input", () => set({ caption: this.caption.value }, "caption"));
    this.caption.addEventListener("change", rest);
    const row = (...names) =>
      make("div", { className: "ls-row" }, ...names.map((name) => this.field(name)));
    const pixels = make("span", {}, say("pixels"));
    this.more = make(
      "details",
      { className: "lc-details" },
      make("summary", {}, say("more")),
      row("border", "loops"),
      this.field("caption"),
      make("div", { className: "lc-line-of" }, pixels, this.pixels.element),
    );
    this.sum = make("p", { className: "ls-note lc-sum", role: "status" });
    this.over = make("p", { className: "ls-error lc-over", role: "status" });
    this.top = make("div", { className: "lc-top" }, heading(say("format")));
    const size = make("span", {}, say("size"), " ", this.side);
    this.element = make(
      "section",
      { className: "lc-file-form" },
      this.top,
      this.formats.element,
      row("seconds", "fps"),
      make("label", { className: "ls-field lc-size" }, size, this.scale),
      this.colours.element,
      this.more,
      this.sum,
      this.over,
    );
  }

  /** Show the colour maps if the model's pictures are grey. */
  offer(grey) {
    this.colours.element.hidden = !grey || this.choices.colours.length < 2;
  }

  field(name) {
    const label = make("span", {}, this.say(name));
    const title = this.say(`${name}_hint`);
    return make("label", { className: "ls-field", title }, label, this[name]);
  }

  /** Create a choice of few values as buttons that wrap. */
  chips(name, values, extra, part) {
    const made = values.map((value) => {
      const chip = make("button", { type: "button", className: "ls-btn lc-chip" });
      const text = this.say(name === "colours" ? `colours_${value}` : value);
      if (name === "colours") Object.assign(chip, { title: text, ariaLabel: text });
      else chip.textContent = text;
      chip.addEventListener("click", () => this.set(part(value)));
      return [value, chip];
    });
    const element = make(
      "div",
      { className: `lc-chips ${extra}`, role: "group" },
      ...made.map(([, chip]) => chip),
    );
    element.setAttribute("aria-label", this.say(name));
    return { element, made };
  }

  /** Create a number field; an invalid number shows an error and changes nothing. */
  number(name, step, whole = true) {
    const limit = this.choices.limits[name];
    const input = make("input", { type: "number", className: `lc-${name}`, step });
    Object.assign(input, { min: limit.low, max: limit.high });
    input.inputMode = whole ? "numeric" : "decimal";
    input.addEventListener("input", () => {
      const value = readNumber(input.value, limit, whole);
      input.setAttribute("aria-invalid", String(value === null));
      this.wrong = value === null ? this.say(`${name}_bad`) : "";
      if (value === null) this.showEstimate();
      else this.set({ [name]: value }, name);
    });
    input.addEventListener("change", () => {
      this.wrong = "";
      input.value = this.settings[name];
      input.removeAttribute("aria-invalid");
      this.rest();
      this.showEstimate();
    });
    return input;
  }

  /** `native`: px of one picture's side; `most`: the largest enlargement; `about`: size, frames. */
  show(settings, { native, scale, most, size }) {
    this.settings = settings;
    this.native = native;
    for (const [{ made }, now] of [
      [this.formats, settings.format],
      [this.colours, settings.colours],
    ]) {
      for (const [value, chip] of made) chip.setAttribute("aria-pressed", String(value === now));
    }
    const offered = this.choices.formats[settings.format];
    const rates = [...new Set([...offered, settings.fps])].sort((a, b) => a - b);
    if (String(this.rates) !== String(rates)) {
      this.rates = rates;
      this.fps.replaceChildren(
        ...rates.map((fps) => new Option(String(Number(fps.toFixed(2))), fps)),
      );
    }
    this.fps.value = settings.fps;
    for (const name of ["seconds", "border", "loops", "caption"]) {
      const input = this[name];
      if (document.activeElement !== input) input.value = settings[name];
    }
    this.pixels.set(settings.smooth);
    this.scale.max = most;
    this.scale.value = scale;
    this.scale.disabled = most < 2;
    this.side.textContent = `${size.width} × ${size.height} px`;
    this.scale.setAttribute("aria-valuetext", this.side.textContent);
    this.frames = frameCount(settings);
    this.size = size;
  }

  /** `weight`: {bytes, seconds, wait_s}, null while it is requested; `trouble`: why there is no file. */
  showEstimate(weight = this.weight, trouble = this.trouble) {
    this.weight = weight;
    this.trouble = trouble;
    const values = { n: this.frames, w: this.size?.width, h: this.size?.height };
    if (weight) {
      const seconds = weight.seconds + (weight.wait_s ?? 0);
      Object.assign(values, { bytes: bytes(weight.bytes), s: `${rounded(seconds)} s` });
    }
    const key = weight ? "sum" : trouble ? "sum_none" : "sum_soon";
    this.sum.textContent = this.say(key, values);
    this.over.textContent = this.wrong || trouble || "";
  }
}
