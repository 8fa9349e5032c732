// The pictures between two keyframes, as many as fit.

import { show, shownAt } from "../../core/pixel_scale.js";
import { paint } from "../../engine/paint.js";

const FILM_PX = 28;

export class Filmstrip {
  constructor(canvas) {
    this.canvas = canvas;
    this.spare = document.createElement("canvas");
    this.painted = [];
  }

  /**
   * Fill the px from `left` to `right` of a scale. `frame(time)` returns the
   * picture of a time, {pixels, h, w, c} or null; `first` is any of them.
   */
  show(left, right, scale, frame, first) {
    const { canvas } = this;
    const side = first ? shownAt(first.h, FILM_PX) : FILM_PX;
    const count = Math.max(0, Math.floor((right - left) / side));
    canvas.hidden = !count || !first;
    if (canvas.hidden) return;
    if (canvas.width !== count * first.w || canvas.height !== first.h) {
      Object.assign(canvas, { width: count * first.w, height: first.h });
      show(canvas, first.h, side);
      this.painted = [];
    }
    const gap = (right - left - count * side) / (count + 1);
    for (let j = 0; j < count; j += 1) {
      const image = frame(scale.time(left + gap + j * (side + gap)));
      if (!image || this.painted[j] === image.pixels) continue;
      this.painted[j] = image.pixels;
      paint(this.spare, image);
      canvas.getContext("2d").drawImage(this.spare, j * first.w, 0);
    }
  }
}
