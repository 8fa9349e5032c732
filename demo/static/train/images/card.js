// The card of one collection of images or clips: its content, skipped files, and actions.

import { decodePicture } from "../../core/base64.js";
import { button, html, make } from "../../core/dom.js";
import { editableTitle } from "../../core/editable_title.js";
import { largest, roomIn, show as showAt } from "../../core/pixel_scale.js";
import { formatNumber } from "../../core/format.js";
import { Player } from "../../time/player.js";
import { lasting, leftOut } from "./words.js";

const CLASSES_SHOWN = 24; // shown before "all"

/**
 * {element, show(collection), choose(k)}: k is the shown class, null for all. actions: train(one),
 * remove(one) and rename(one, name), which resolve to whether it was done, preview(id, label): see
 * demo/server/image_collections.py, and chosen(id, k).
 */
export function imagesCard({ say, longest, actions }) {
  const title = editableTitle({
    label: say("rename"),
    longest,
    save: (name) => actions.rename(one, name),
  });
  const parts = html`
    <article class="ls-column ls-card ls-small im-card">
      <div class="ls-plate im-plate" ref="plate">
        <canvas class="ls-pixels" role="img" aria-label="${say("sheet")}" ref="canvas"></canvas>
      </div>
      <button class="ls-btn im-play" hidden ref="play"></button>
      ${title.element}
      <p ref="facts"></p>
      <div class="im-classes" role="group" aria-label="${say("classes")}" ref="classes"></div>
      <p class="ls-note ls-small" ref="none">${say("no_classes")}</p>
      <details ref="out">
        <summary ref="summary"></summary>
        <ul ref="lines"></ul>
      </details>
      <p class="ls-note" ref="until"></p>
      <div class="ls-buttons">
        <button class="ls-btn ls-primary" ref="train"></button>
        <button class="ls-btn" ref="remove">${say("delete")}</button>
        <span class="ls-buttons im-sure" hidden ref="sure">
          ${say("sure")}
          <button class="ls-btn" ref="yes">${say("sure_yes")}</button>
          <button class="ls-btn" ref="no">${say("sure_no")}</button>
        </span>
      </div>
    </article>`;
  const { element, plate, canvas, classes, train, remove, sure } = parts;
  /** @type {any} */
  let one = {};
  let label = null; // the displayed class; null is all
  let wanted = 0; // only the newest request is shown
  let sheet = null; // of clips, one below the other for each frame
  const player = new Player(plate, { show: paint, played: nameButton });
  let open = false; // whether all classes are listed

  nameButton(player.playing);
  parts.play.addEventListener("click", () => player.toggle());
  train.addEventListener("click", () => actions.train(one));
  remove.addEventListener("click", () => confirm(true));
  parts.no.addEventListener("click", () => confirm(false));
  parts.yes.addEventListener("click", () => actions.remove(one));
  new ResizeObserver(fit).observe(plate);
  new IntersectionObserver((seen) => seen[0].isIntersecting && !sheet && look()).observe(plate);

  function confirm(on) {
    sure.hidden = !on;
    remove.hidden = train.hidden = on;
    (on ? parts.no : remove).focus();
  }

  async function look() {
    const mine = ++wanted;
    const answer = await actions.preview(one.id, label);
    if (mine !== wanted || !answer.picture) return;
    const image = await decodePicture(answer.picture);
    if (mine !== wanted) return;
    sheet = image;
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight / answer.frames];
    fit();
    player.measure(answer.frames, answer.frames / (one.fps || 1));
    player.show();
  }

  function paint(index) {
    if (sheet) canvas.getContext("2d").drawImage(sheet, 0, -index * canvas.height);
  }

  function nameButton(playing) {
    parts.play.textContent = say(playing ? "pause" : "play");
  }

  function fit() {
    const inside = roomIn(plate);
    if (sheet && inside > 0) showAt(canvas, 1, largest(inside / canvas.width));
  }

  function chip(text, value) {
    const made = button(text, "im-class");
    made.setAttribute("aria-pressed", String(value === label));
    made.addEventListener("click", () => {
      choose(value);
      actions.chosen(one.id, value);
    });
    return made;
  }

  function choose(value) {
    if (value === label) return;
    label = value;
    open ||= value >= CLASSES_SHOWN;
    if (!one.id) return; // not shown yet
    chips();
    look();
  }

  function chips() {
    const shown = open ? one.classes : one.classes.slice(0, CLASSES_SHOWN);
    const named = shown.map(({ name, count }, k) =>
      chip(say("class", { name, count: formatNumber(count) }), k),
    );
    const more = button(say("all_classes", { count: one.classes.length }), "im-class");
    more.addEventListener("click", () => {
      open = true;
      chips();
    });
    const rest = shown.length < one.classes.length ? [more] : [];
    classes.replaceChildren(chip(say("all"), null), ...named, ...rest);
  }

  function show(now) {
    const other = JSON.stringify(now.classes) !== JSON.stringify(one.classes);
    one = now;
    if (label >= one.classes.length) label = null; // of a foreign address
    title.show(one.name);
    element.setAttribute("aria-label", one.name);
    parts.play.hidden = !one.frames;
    train.textContent = say(one.frames ? "train_clips" : "train");
    parts.facts.textContent = say(one.frames ? "facts_clips" : "facts", {
      count: formatNumber(one.count),
      frames: formatNumber(one.frames),
      fps: formatNumber(one.fps),
      side: one.size,
      train: formatNumber(one.train),
      held: formatNumber(one.held),
      colour: say(one.channels === 3 ? "colour" : "grey"),
      fit: say(`fitted_${one.fit}`),
    });
    if (other) chips();
    classes.hidden = !one.classes.length;
    parts.none.hidden = Boolean(one.classes.length);
    const lines = leftOut(one, say);
    const count = one.skipped.reduce((sum, each) => sum + each.count, 0);
    parts.out.hidden = !lines.length;
    parts.summary.textContent = count
      ? say("left_out", { count: formatNumber(count) })
      : say("changed");
    parts.lines.replaceChildren(...lines.map((line) => make("li", {}, line)));
    parts.until.textContent = lasting(one, say);
    remove.disabled = one.training;
    remove.title = one.training ? say("in_use") : "";
  }

  return { element, show, choose };
}
