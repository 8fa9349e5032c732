// The playing picture, styled as in the file: colours, border, caption, interpolation.
// All lengths keep the file's proportions; pictures are shown at whole multiples of their pixels.

import { bytes } from "../../core/base64.js";
import { div, make } from "../../core/dom.js";
import { paintGrid } from "../../engine/paint.js";

const MARGIN_PX = 12; // between the picture and the edge
const GREY = Uint8Array.from({ length: 3 * 256 }, (_, i) => Math.floor(i / 3));

/** Return a CSS colour of a colour map, uint8 (256, 3). */
const css = (palette, level) => `rgb(${palette.slice(3 * level, 3 * level + 3).join(" ")})`;

export function swatch(text) {
  const palette = bytes(text);
  const stops = [0, 64, 128, 192, 255].map((level) => css(palette, level));
  return `linear-gradient(90deg, ${stops.join(", ")})`;
}

// Round halves to even, as in Python.
const round = (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

/**
 * Return the file's size for pictures {h, w}: {width, height}, `strip` px for the caption and
 * `letters` px of its font, as in gan/media/frame_style.py and gan/media/captions.py.
 */
export function finalSize({ h, w }, { scale, tiles, border, caption }) {
  const [across, down] = [w * tiles * scale, h * tiles * scale];
  const letters = Math.min(40, Math.max(9, round(across / 16)));
  const strip = caption ? round(1.75 * letters) : 0;
  return { width: across + 2 * border, height: down + strip + 2 * border, strip, letters };
}

export class LoopCanvas {
  /** `tables`: the server's colour maps by name, uint8 (256, 3) in base64. */
  constructor(label, tables) {
    this.tables = tables;
    this.canvas = make("canvas", { width: 1, height: 1, role: "img", ariaLabel: label });
    this.caption = make("div", { className: "lc-caption", ariaHidden: "true", hidden: true });
    this.frame = div("lc-frame", this.canvas, this.caption);
    this.lack = make("p", { className: "lc-lack", role: "status" });
    this.element = div("ls-plate lc-plate", this.frame, this.lack);
    this.context = this.canvas.getContext("2d");
    this.palette = GREY;
    new ResizeObserver(() => this.fit()).observe(this.element);
  }

  /** Show why nothing plays, "" to hide it; `still`: a picture to show meanwhile. */
  setMessage(sentence, still) {
    this.lack.textContent = sentence;
    this.frame.classList.toggle("lc-still", Boolean(sentence));
    this.frame.classList.toggle("ls-none", Boolean(sentence) && !still);
    if (sentence && still) this.paint(still);
  }

  /** Set the style of all frames; `scale`: the file's enlargement. */
  setStyle({ colours, smooth, border, caption, tiles, scale }) {
    const look = { smooth, border, caption, tiles, scale, colours };
    if (JSON.stringify(look) === JSON.stringify(this.look)) return;
    const other = this.look?.colours !== colours;
    this.look = look;
    if (other) this.palette = this.tables[colours] ? bytes(this.tables[colours]) : GREY;
    if (other && this.image) this.paint(this.image);
    this.fit();
  }

  /** Paint the loops of one frame: {pixels, h, w, c}, tiles x tiles pictures in a row. */
  paint(image) {
    const { tiles } = this.look;
    const count = tiles * tiles;
    const { h, w, c } = image;
    const resized = this.image?.h !== h || this.canvas.width !== w * tiles;
    this.image = image;
    if (image.pixels.length < count * h * w * c) return; // of an earlier grid
    paintGrid(this.canvas, { ...image, count }, tiles, this.palette);
    if (resized) this.fit();
  }

  fit() {
    if (!this.image || !this.element.clientWidth) return;
    const { h, w } = this.image;
    const { smooth, border, caption, tiles, scale } = this.look;
    const size = finalSize({ h, w }, this.look);
    const room = [
      (this.element.clientWidth - 2 * MARGIN_PX) / size.width,
      (this.element.clientHeight - 2 * MARGIN_PX) / size.height,
    ];
    // px of the page for one of the file; then a whole number of them for one of the model
    const zoom = Math.max(1, Math.floor(Math.min(...room) * scale + 1e-6));
    const ratio = zoom / scale;
    Object.assign(this.canvas.style, {
      width: `${zoom * w * tiles}px`,
      height: `${zoom * h * tiles}px`,
      imageRendering: smooth ? "auto" : "pixelated",
    });
    Object.assign(this.frame.style, {
      padding: `${border * ratio}px`,
      background: css(this.palette, 0),
      color: css(this.palette, 255),
    });
    this.caption.hidden = !caption;
    this.caption.textContent = caption;
    this.caption.style.width = this.canvas.style.width;
    this.caption.style.height = this.caption.style.lineHeight = `${size.strip * ratio}px`;
    // a long caption gets a smaller font
    this.context.font = "100px sans-serif";
    const wide = this.context.measureText(caption).width / 100;
    const letters = Math.min(size.letters, (w * tiles * scale * 0.97) / Math.max(wide, 1));
    this.caption.style.fontSize = `${Math.max(9, letters) * ratio}px`;
  }
}
