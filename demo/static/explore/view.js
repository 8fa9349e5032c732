// The elements of the Explore tab, and the size of its large picture.

import { pictureUrl } from "../core/base64.js";
import { div, heading, make, speaker } from "../core/dom.js";
import { helped } from "../core/help.js";
import { show } from "../core/pixel_scale.js";

const PHONE = "(max-width: 799px)"; // as in core/app.css
const BESIDE = 760; // px of the stage from which the companion is placed beside the picture

/** Create the elements of the tab; its parts have elements of their own. */
export function skeleton(words, parts) {
  const { modes, companions, time, share, controls, motion, classes, directions, attributes } =
    parts;
  const w = speaker(words, "explore");
  const picture = { className: "ls-pixels ls-hero", role: "img", ariaLabel: w("canvas") };
  const hero = make("canvas", picture);
  const where = make("span", { className: "ls-badge", role: "status" });
  const error = make("p", { className: "ls-error", role: "status" });
  const elements = Object.values(companions).map(({ element }) => element);
  const companion = div("ls-column ls-beside-hero", modes.element, ...elements);
  const plate = div("ls-plate ls-hero-plate", div("ls-hero-frame", hero, where), companion);
  const keys = make("span", { className: "ls-keys" }, w("keys"));
  const under = make("p", { className: "ls-note ls-under" }, controls.line, keys);
  const name = w("directions");
  const title = helped(heading(name), name, w("directions_hint"));
  const list = make("section", {}, title, directions.element, controls.raw);
  const panel = div(
    "ls-panel ls-explore",
    div("ls-stage", plate, time.element, share.actions, error, share.gallery, under),
    div("ls-side", controls.element, motion.element, classes.element, list, attributes.element),
  );
  return { hero, where, error, companion, plate, panel };
}

/** Show the picture at the largest whole scale at which it fits beside or above its companion. */
export function fit(v) {
  const side = v.hero.height;
  const phone = window.matchMedia(PHONE).matches;
  const beside = !phone && v.plate.clientWidth >= BESIDE;
  v.plate.classList.toggle("ls-beside", beside);
  const across =
    (phone ? v.panel : v.plate).clientWidth - (beside ? v.companion.offsetWidth + 56 : 32);
  const top = v.panel.getBoundingClientRect().top + window.scrollY;
  // on a phone it stays above the scrolling controls
  const down = phone ? 0.42 * window.innerHeight : Math.max(280, window.innerHeight - top - 140);
  const scale = Math.max(1, Math.floor(Math.min(across, down) / side));
  show(v.hero, side, side * scale);
}

/** Show the model's picture in the closed menu, which Gradio draws: see core/app.css. */
export function showInMenu({ picture }) {
  document.documentElement.style.setProperty("--ls-model", `url(${pictureUrl(picture)})`);
}
