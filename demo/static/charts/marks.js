// What was done to a run, as ticks on its curves: {step, text}, and the words of the one pointed at.

const NEAR_PX = 6; // of the pointer
const TICK_PX = 6; // wide and high

/** `figure` is the chart's; the words appear above its canvas and move nothing. */
export function chartMarks(figure) {
  const tip = document.createElement("div");
  tip.className = "tr-tip";
  tip.hidden = true;
  figure.append(tip);
  let marks = [];

  return {
    set(next) {
      marks = next;
      tip.hidden = true;
    },

    /** Draw them at the foot of the plot; px(step) is where, base the axis' height. */
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

    /** Say what is marked where the pointer is, `at` px from the left; null: it has left. */
    point(at, px, width) {
      const close =
        at === null ? [] : marks.filter(({ step }) => Math.abs(px(step) - at) <= NEAR_PX);
      tip.hidden = !close.length;
      if (!close.length) return;
      tip.textContent = close
        .slice(-3)
        .map(({ text }) => text)
        .join("\n");
      const left = px(close.at(-1).step);
      tip.style.cssText = left < width / 2 ? `left:${left}px` : `right:${width - left}px`;
    },
  };
}
