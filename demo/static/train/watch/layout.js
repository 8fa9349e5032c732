// The layout of the Watch panel.

import { html, make } from "../../core/dom.js";
import { help } from "../../core/help.js";

const COLUMNS = 10;

/** Fill `element` and return its parts; head(labels) names the columns of the sheet in turn. */
export function layout(element, say) {
  const parts = html`<div>
    <div class="tr-stopped" hidden ref="stopped">
      <span role="status" ref="stoppedAt"></span>
      <button class="ls-btn ls-primary" ref="resume">${say("runs.resume")}</button>
      <button class="ls-btn" ref="dismiss">${say("watch.dismiss")}</button>
    </div>
    <section class="dr" ref="doctor"></section>
    <div class="tr-shown">
      <b class="tr-kind-of" ref="kind"></b>
      <span ref="shownRun"></span>
      <button class="ls-btn" hidden ref="back">${say("watch.back")}</button>
    </div>
    <div class="ls-plate tr-plate" data-empty="yes" ref="plate">
      <div class="tr-sheet">
        <div class="tr-classes" aria-hidden="true" ref="heads"></div>
        <canvas width="280" height="174" role="img" aria-label="${say("train.sheet")}" ref="canvas">
        </canvas>
      </div>
      <p class="ls-nothing">${say("train.nothing")}</p>
    </div>
    <div class="tr-film">
      <button class="ls-btn" ref="play"></button>
      <div class="tr-scrub">
        <input type="range" class="ls-range" min="0" max="0" step="1" value="0" disabled
          aria-label="${say("train.scrub")}" ref="range">
        <i class="tr-best-tick" hidden ref="tick"></i>
      </div>
      <output class="tr-at" ref="label"></output>
      <button class="ls-btn" disabled ref="favourite">${say("watch.best")}</button>
      ${help(say("watch.best"), say("watch.best_hint"))}
      <button class="ls-btn" ref="follow">${say("train.newest")}</button>
    </div>
    <p class="ls-facts tr-status" role="status" ref="status"></p>
    <p class="ls-error" role="alert" ref="error"></p>
    <p class="ls-note tr-event" ref="event"></p>
    <div class="ls-row" hidden ref="clips">
      <button class="ls-btn" ref="moving"></button>
      <span class="ls-note">${say("watch.clips")}</span>
    </div>
    <p class="ls-note tr-opinion" ref="opinion"></p>
    <div class="tr-charts">
      <figure class="tr-chart" ref="losses"></figure>
      <figure class="tr-chart" ref="beliefs"></figure>
    </div>
    <section class="tr-vitals" ref="vitals"></section>
  </div>`;
  element.append(...parts.element.children);
  const { heads, canvas } = parts;

  function head(labels) {
    heads.hidden = !labels.length;
    if (heads.hidden) return;
    const names = Array.from({ length: COLUMNS }, (_, k) => labels[k % labels.length]);
    heads.replaceChildren(...names.map((name) => make("span", { title: name }, name)));
    turn();
  }

  // names wider than their columns are rotated
  function turn() {
    heads.classList.remove("tr-upright");
    const wide = ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth;
    heads.classList.toggle("tr-upright", [...heads.children].some(wide));
  }
  new ResizeObserver(turn).observe(canvas);
  return { ...parts, head };
}
