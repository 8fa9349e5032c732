// Events of a run as ticks on its curves: {step, text}; the hovered one shows its text.

import { make } from "../core/dom.js";

const NEAR_PX = 6; // of the pointer
const TICK_PX = 6; // wide and high

/** `figure` is the chart's; the text appears above its canvas. */
export function chartMarks(figure) {
  const tip = make("div", { className: "tr-tip", hidden: true });
  figure.append(tip);
  let marks = [];

  return {
    set(next) {
      marks = next;
      tip.hidden = true;
    },

    /** Draw the ticks at the bottom of the plot; px(step) is their x, `base` the y of the axis. */
    draw(pen, fill, px, base) {
      pen.fillStyle = fill;
      for (const { step } of marks) {
        pen.beginPath();
        pen.moveTo(px(step), base - TICK_PX);
        pen.lineTo(px(step) - TICK_PX / 2, base);
        pen.lineTo(px(step) + TICK_PX / 2, base);
        pen.fill();
      }
    },

    /** Show the mark at the pointer, `at` px from the left; null: the pointer has left. */
    point(at, px, width) {
      const isNear = ({ step }) => at !== null && Math.abs(px(step) - at) <= NEAR_PX;
      const close = marks.filter(isNear).slice(-3);
      tip.hidden = !close.length;
      if (!close.length) return;
      tip.textContent = close.map(({ text }) => text).join("\n");
      const left = px(close.at(-1).step);
      tip.style.cssText = left < width / 2 ? `left:${left}px` : `right:${width - left}px`;
    },
  };
}
