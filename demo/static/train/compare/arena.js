// Two runs side by side: pictures on one scrubber, diagnoses, a table and curves.

import { html } from "../../core/dom.js";
import { isIll, sentence } from "../doctor/words.js";
import { COLORS, curves } from "./curves.js";
import { films } from "./film.js";
import { grid } from "./grid.js";
import { table } from "./table.js";

/**
 * Fill `place` for a pair of demo/train/compare/pairs.py with the labels `names`, at first at the step
 * `at` (null: the newest); onStep(step) is called with the displayed step. Return {update(answer), go(step)}:
 * update shows the answer of a poll.
 */
export function arena(place, { names, pair, server, words, at, onStep, say }) {
  const sides = names.map((name, index) => {
    const { element, canvas, diagnosis } = html`
      <article>
        <h3 class="ls-subtitle tr-key" style="--key: var(${COLORS[index]})">${name}</h3>
        <div class="ls-plate du-plate">
          <canvas width="140" height="168" role="img"
            aria-label="${say("compare.samples", { name })}" ref="canvas"></canvas>
        </div>
        <p class="du-diagnosis" ref="diagnosis"></p>
      </article>`;
    return { element, canvas, diagnosis, finding: null };
  });
  const { element, range, label, newest, figures, charts } = html`
    <div>
      <div class="du-sides">${sides[0].element}${sides[1].element}</div>
      <div class="du-film">
        <input type="range" class="ls-range" min="0" max="0" value="0"
          aria-label="${say("train.scrub")}" ref="range">
        <output ref="label"></output>
        <button class="ls-btn" ref="newest">${say("train.newest")}</button>
      </div>
      <section ref="figures"></section>
      <div class="tr-charts" ref="charts"></div>
    </div>`;
  place.replaceChildren(element);
  let labelled = true; // of both runs
  const lines = curves(charts, names, say);
  const result = table(figures, names, words, say);
  const recorded = films({
    runs: pair.names,
    range,
    label,
    newest,
    grids: sides.map(({ canvas }) => grid(canvas, () => labelled)),
    fetchFrames: (wanted) => server.frames(wanted),
    at,
    onStep(step) {
      lines.mark(step);
      onStep(step);
    },
    say,
  });

  async function update(answer) {
    answer.sides.forEach((run, index) => {
      const side = sides[index];
      labelled = run.labelled ?? labelled;
      if (run.finding !== undefined) side.finding = run.finding; // sent only when it changes
      side.diagnosis.textContent = run.error || sentence(side.finding, words);
      side.diagnosis.dataset.ill = String(Boolean(run.error || isIll(side.finding)));
    });
    lines.update(answer.sides);
    // one has failed, or ended before its goal while the other reached it
    const failed = answer.sides.map(({ state, error }) => state === "failed" || Boolean(error));
    const ends = new Set(answer.sides.map(({ step }) => step >= pair.goal));
    const apart = failed.includes(true) || ends.size > 1;
    const signs = lines.last(apart);
    const measured = answer.sides.map(({ step, elapsed, cpu }, index) => ({
      elapsed,
      cpu,
      failed: failed[index],
      finding: sides[index].finding,
      images: step * pair.images[index],
      signs: signs[index],
    }));
    result.update(measured, answer.outcome);
    await recorded.update(answer.sides, apart);
  }

  return { update, go: recorded.go };
}
