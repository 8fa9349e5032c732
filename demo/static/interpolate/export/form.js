// The form of the exported file, with its estimated size.

import { button, div, field, heading, make, segments, slider, speaker } from "../../core/dom.js";
import { helped } from "../../core/help.js";
import { frameCount, readNumber } from "../settings.js";

export class FileForm {
  /** `choices` of settings.js; `swatch(name)`: a CSS background of a colour map. */
  constructor(words, choices, actions, swatch) {
    this.choices = choices;
    this.actions = actions;
    const say = (this.say = speaker(words, "interpolate"));
    this.formats = chips(say("format"), choices.lists.format, "lc-formats", (format) =>
      button(say(format), "lc-chip", () => actions.set({ format })),
    );
    this.seconds = this.number("seconds", 0.5, false);
    this.fps = make("select", { className: "lc-fps" });
    this.fps.addEventListener("change", () => actions.set({ fps: Number(this.fps.value) }));
    this.scale = slider({ className: "lc-scale", min: 1, step: 1 });
    this.side = make("span", { className: "lc-side" });
    this.scale.addEventListener("input", () =>
      actions.set({ side: Number(this.scale.value) * this.native }, "side"),
    );
    this.colours = chips(say("colours"), choices.lists.colours, "lc-colours", (colours) => {
      const made = button("", "lc-chip", () => actions.set({ colours }));
      made.title = made.ariaLabel = say(`colours_${colours}`);
      made.style.setProperty("--swatch", swatch(colours));
      return made;
    });
    const looks = ["crisp", "smooth"].map((look) => [look, say(look)]);
    this.pixels = segments(say("pixels"), looks, (look) =>
      actions.set({ smooth: look === "smooth" }),
    );
    this.border = this.number("border", 4);
    this.loops = this.number("loops", 1);
    this.caption = make("input", { maxLength: choices.captionMax });
    this.caption.addEventListener("input", () =>
      actions.set({ caption: this.caption.value }, "caption"),
    );
    for (const input of [this.scale, this.caption]) {
      input.addEventListener("change", () => actions.rest());
    }
    const labelled = (name) => helped(field(say(name), this[name]), say(name), say(`${name}_hint`));
    const more = make(
      "details",
      { className: "lc-details" },
      make("summary", {}, say("more")),
      div("ls-row", labelled("border"), labelled("loops")),
      labelled("caption"),
      div("lc-line-of", make("span", { className: "ls-note" }, say("pixels")), this.pixels.element),
    );
    const size = field(`${say("size")} `, this.scale);
    size.firstChild.append(this.side);
    this.sum = make("p", { className: "ls-note lc-sum", role: "status" });
    this.over = make("p", { className: "ls-error lc-over", role: "status" });
    this.top = div("lc-top", heading(say("format")));
    this.element = make(
      "section",
      {},
      this.top,
      this.formats.element,
      div("ls-row", labelled("seconds"), labelled("fps")),
      size,
      this.colours.element,
      more,
      this.sum,
      this.over,
    );
  }

  /** Show the colour maps if the model's pictures are grey. */
  offer(grey) {
    this.colours.element.hidden = !grey || this.choices.lists.colours.length < 2;
  }

  /** Create a number field; an invalid number shows an error and changes nothing. */
  number(name, step, whole = true) {
    const limit = this.choices.limits[name];
    const input = make("input", { type: "number", className: `lc-${name}`, step });
    Object.assign(input, { min: limit.low, max: limit.high });
    input.inputMode = whole ? "numeric" : "decimal";
    input.addEventListener("input", () => {
      const value = readNumber(input.value, limit, whole);
      input.ariaInvalid = String(value === null);
      this.wrong = value === null ? this.say(`${name}_bad`) : "";
      if (value === null) this.showEstimate();
      else this.actions.set({ [name]: value }, name);
    });
    input.addEventListener("change", () => {
      this.wrong = "";
      input.value = this.settings[name];
      input.ariaInvalid = null;
      this.actions.rest();
      this.showEstimate();
    });
    return input;
  }

  /** `native`: px of one picture's side; `most`: the largest enlargement; `about`: size, frames. */
  show(settings, { native, scale, most, size }) {
    this.settings = settings;
    this.native = native;
    this.formats.set(settings.format);
    this.colours.set(settings.colours);
    const offered = this.choices.formats[settings.format];
    const rates = [...new Set([...offered, settings.fps])].sort((a, b) => a - b);
    if (String(this.rates) !== String(rates)) {
      this.rates = rates;
      const options = rates.map((fps) => new Option(String(Number(fps.toFixed(2))), fps));
      this.fps.replaceChildren(...options);
    }
    this.fps.value = settings.fps;
    for (const name of ["seconds", "border", "loops", "caption"]) {
      const input = this[name];
      if (document.activeElement !== input) input.value = settings[name];
    }
    this.pixels.set(settings.smooth ? "smooth" : "crisp");
    Object.assign(this.scale, { max: most, value: scale, disabled: most < 2 });
    this.side.textContent = this.scale.ariaValueText = `${size.width} × ${size.height} px`;
    this.frames = frameCount(settings);
    this.size = size;
  }

  /** `weight`: {bytes, seconds, wait_s}, null while it is requested; `trouble`: why there is no file. */
  showEstimate(weight = this.weight, trouble = this.trouble) {
    this.weight = weight;
    this.trouble = trouble;
    const values = { n: this.frames, w: this.size?.width, h: this.size?.height };
    const known = weight && {
      bytes: inBytes(weight.bytes),
      s: `${short(weight.seconds + (weight.wait_s ?? 0))} s`,
    };
    const sum = trouble ? "sum_none" : "sum_soon";
    this.sum.textContent = this.say(known ? "sum" : sum, { ...values, ...known });
    this.over.textContent = this.wrong || trouble || "";
  }
}

/** Create a choice of few values as buttons that wrap: {element, set(value)}; chip(value) makes one. */
function chips(ariaLabel, values, extra, chip) {
  const made = values.map(chip);
  const element = div(`lc-chips ${extra}`, ...made);
  Object.assign(element, { role: "group", ariaLabel });
  const set = (now) =>
    made.forEach((one, i) => {
      one.ariaPressed = String(values[i] === now);
    });
  return { element, set };
}

const short = (x) => x.toFixed(x < 10 ? 1 : 0);

const inBytes = (count) => (count < 1e6 ? `${short(count / 1e3)} kB` : `${short(count / 1e6)} MB`);
