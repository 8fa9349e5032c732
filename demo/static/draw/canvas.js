// A drawing canvas: a pen, undo by stroke, and pictures from files.

import { base64 } from "../core/base64.js";
import { make } from "../core/dom.js";

const SENT = 140; // px of what leaves the sheet, about: a whole multiple of the model's images
const FINE = 2; // of the sheet for each of them
const FILE_MAX = 5e6; // bytes
const STROKES_MAX = 20; // that can be undone

/** `onchange()` is called when the drawing has changed. */
export class DrawingCanvas {
  constructor(label, onchange) {
    this.onchange = onchange;
    this.locked = false; // nothing can be drawn
    this.strokes = []; // the sheet before each of them
    this.pen = { lineCap: "round", lineJoin: "round" }; // brush.js sets its width and its colour
    this.canvas = make("canvas", { className: "ls-sheet", ariaLabel: label });
    this.sent = SENT;
    this.canvas.width = this.canvas.height = FINE * SENT;
    this.ink = this.canvas.getContext("2d", { willReadFrequently: true });
    this.paper();
    let last = null;
    const stroke = (event) => {
      for (const step of [...(event.getCoalescedEvents?.() ?? []), event]) {
        const now = this.at(step);
        this.ink.beginPath();
        this.ink.moveTo(...last);
        this.ink.lineTo(...now);
        this.ink.stroke();
        last = now;
      }
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      if (event.button || this.locked) return;
      event.preventDefault();
      this.canvas.setPointerCapture(event.pointerId);
      this.remember();
      Object.assign(this.ink, this.pen);
      last = this.at(event);
      stroke(event);
      this.onchange();
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (last && this.canvas.hasPointerCapture(event.pointerId)) stroke(event);
    });
    this.canvas.addEventListener("lostpointercapture", () => {
      last = null;
    });
  }

  get blank() {
    return !this.strokes.length;
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const scale = this.side / box.width;
    return [event.clientX - box.left, event.clientY - box.top].map((x) => x * scale);
  }

  get side() {
    return this.canvas.width;
  }

  /** Set the side of the model's images: a picture of that size, or enlarged, is sent unchanged. */
  fit(side) {
    const sent = side * Math.max(1, Math.round(SENT / side));
    if (sent === this.sent) return;
    const drawn = this.copy();
    this.sent = sent;
    this.canvas.width = this.canvas.height = FINE * sent; // wipes it
    this.put(drawn);
  }

  copy() {
    const made = make("canvas", { width: this.side, height: this.side });
    made.getContext("2d").drawImage(this.canvas, 0, 0);
    return made;
  }

  put(drawn) {
    this.ink.drawImage(drawn, 0, 0, this.side, this.side);
  }

  remember() {
    this.strokes = [...this.strokes, this.copy()].slice(-STROKES_MAX);
  }

  paper(colour = "#000") {
    this.ink.fillStyle = colour;
    this.ink.fillRect(0, 0, this.side, this.side);
  }

  flood() {
    if (this.locked) return;
    this.remember();
    this.paper(this.pen.strokeStyle);
    this.onchange();
  }

  wipe() {
    this.paper();
    this.strokes = [];
    this.onchange();
  }

  undo() {
    const before = this.strokes.pop();
    if (before) this.put(before);
    this.onchange();
  }

  /** Open a picture file, scaled to fit, on its own background. Throws "large" or "bad". */
  async open(file) {
    if (file.size > FILE_MAX) throw new Error("large");
    const picture = await createImageBitmap(file).catch(() => {
      throw new Error("bad");
    });
    const { side } = this;
    const zoom = side / Math.max(picture.width, picture.height);
    const [w, h] = [picture.width * zoom, picture.height * zoom];
    const [x, y] = [(side - w) / 2, (side - h) / 2];
    this.remember();
    this.paper("#fff"); // behind transparent parts
    this.ink.imageSmoothingEnabled = zoom < 1; // pixel art stays crisp
    this.ink.imageSmoothingQuality = "high"; // a large photo has no jagged edges
    this.ink.drawImage(picture, x, y, w, h);
    const [r, g, b] = this.ink.getImageData(Math.ceil(x), Math.ceil(y), 1, 1).data;
    this.paper(`rgb(${r} ${g} ${b})`);
    this.ink.drawImage(picture, x, y, w, h);
    this.onchange();
  }

  /** Return the drawing for `find` of demo/generate/find.py: {picture: base64, h, w, c}; c is 1 or 3. */
  picture(c) {
    const { sent } = this;
    const small = make("canvas", { width: sent, height: sent });
    const context = small.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(this.canvas, 0, 0, sent, sent);
    const { data } = context.getImageData(0, 0, sent, sent);
    const bytes = new Uint8Array(sent * sent * c);
    for (let i = 0; i < sent * sent; i += 1) {
      const [r, g, b] = [data[4 * i], data[4 * i + 1], data[4 * i + 2]];
      if (c === 3) bytes.set([r, g, b], 3 * i);
      else bytes[i] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    }
    return { picture: base64(bytes), h: sent, w: sent, c };
  }
}
