// The fields of a run's settings: a preset and the main ones (Basic), and the rest (All).

import { html, make, segments } from "../../core/dom.js";
import { read, write } from "../../core/storage.js";
import { formLength } from "./length.js";
import { formRow } from "./rows.js";
import { STOPS, presetOf, withChange, withPreset, withoutEffect } from "./rules.js";
import { formatNumber } from "../../core/format.js";

const FIRST = ["data", "seed"];
const LENGTH = ["steps", "seconds"];
const BASIC = ["lr_g", "lr_d", "augment"]; // of those that may change during a run
const LEVELS = ["basic", "all"];
const KEPT = "latent-studio.train.level"; // which of them, for all visits
const OWN_PRESET = "own-images"; // the preset for a visitor's own images
const CLIPS_PRESET = "video"; // and for their clips
const LIVE = Object.keys(STOPS);

const option = (value, textContent) => make("option", { value, textContent });

/**
 * {top, level, live, more, show(settings, mode), offer(collections), useData(name), knows(name),
 * settings(), presetOf(settings)}: four elements to place. `offer` adds a visitor's own images to the data; `bring()`
 * is called to upload more.
 *
 * `mode` is "draft" (all fields enabled), "steer" (during a run: those that may change) or "held"
 * (none). `changed(settings, name, before)` is called with all settings after each change.
 */
export function formFields({ offered, say, changed, bring }) {
  const { presets } = offered;
  const data = { ...offered.data };
  const rows = { ...offered.rows, data: { ...offered.rows.data } }; // a visitor's own images change
  const named = rows.data.choices;
  let present = presets[offered.first];
  let mode = "draft";
  let level = read(KEPT) === "all" ? "all" : "basic";

  const made = {};
  const length = formLength(rows, { say, done: take, first: present.seconds });
  for (const [name, row] of Object.entries(rows)) {
    if (LENGTH.includes(name)) continue;
    made[name] = formRow(name, row, { say, done: (value) => take(name, value) });
  }
  const select = made.data.element.querySelector("select");
  for (const one of select.options) {
    if (!data[one.value].here) one.textContent += say("train.needs_download");
  }
  const wanted = option("", say("train.own_images"));
  const gone = option("", say("train.own_gone"));
  const groups = [...select.options];
  select.append(wanted);

  const parts = html`
    <div class="tf-top">
      <label class="ls-field"><span>${say("train.preset")}</span>
        <select name="preset" ref="preset"></select></label>
      <p class="ls-note tf-about" ref="about"></p>
    </div>`;
  const { element: top, preset, about } = parts;
  const { element: live } = html`
    <fieldset class="ls-column tf-live"><legend>${say("train.steering")}</legend></fieldset>`;
  const more = make("div", { className: "tf-grid" });
  const options = LEVELS.map((name) => [name, say(`train.level_${name}`)]);
  const levels = segments(say("train.level"), options, (name) => {
    write(KEPT, name);
    setLevel(name);
  });
  const { element: levelRow } = html`
    <div class="tf-level"><span class="ls-note" aria-hidden="true">${say("train.level")}</span>
      ${levels.element}</div>`;
  const rest = Object.keys(made).filter((name) => !FIRST.includes(name) && !LIVE.includes(name));
  const place = (names, where) => where.append(...names.map((name) => made[name].element));
  place(FIRST, top);
  top.append(...length.elements);
  place(LIVE, live);
  place(rest, more);
  setLevel(level);
  preset.append(...Object.keys(presets).map((name) => option(name, say(`train.preset.${name}`))));
  const own = option("", say("train.preset_own"));
  preset.addEventListener("change", () => {
    if (preset.value) show(withPreset(present, presets[preset.value], data), mode);
    changed(present, "preset");
  });

  // Hide what is not of this level, and what has no effect with the other settings.
  function setLevel(name) {
    level = name;
    levels.set(level);
    more.hidden = level === "basic";
    const unused = withoutEffect(present, data[present.data]?.clips);
    const basic = named.includes(present.data) ? BASIC : [...BASIC, "augment_target"];
    for (const one of [...LIVE, ...rest]) {
      const listed = level === "all" || basic.includes(one);
      made[one].element.hidden = !listed || unused.includes(one);
    }
  }

  function offer(collections) {
    for (const name of rows.data.choices) if (!named.includes(name)) delete data[name];
    for (const one of collections) {
      const [clips, preset] = [one.frames > 0, one.frames ? CLIPS_PRESET : OWN_PRESET];
      data[one.id] = { image_size: one.size, here: true, clips, preset, settings: one.settings };
    }
    rows.data.choices = [...named, ...collections.map(({ id }) => id)];
    const options = collections.map(({ id, name, count }) =>
      option(id, say("train.own_choice", { name, count: formatNumber(count) })),
    );
    select.replaceChildren(...groups, ...options, wanted);
    setData(present.data);
  }

  // Images that were deleted or belong to another visitor are named as such.
  function setData(name) {
    gone.remove();
    gone.value = name;
    if (!knows(name)) select.prepend(gone);
    select.value = name;
  }

  // Return the settings, or with the usual preset of the other kind of data the one of this kind.
  function suited(settings, name) {
    const [before, usual] = [settings.data, name].map((one) => data[one]?.preset ?? OWN_PRESET);
    const { steps, seconds, seed } = settings;
    if (before === usual || fitting(settings) !== before) return settings;
    return { ...presets[usual], steps, seconds, seed };
  }

  function take(name, value) {
    const before = present[name];
    if (name === "data" && value === undefined) {
      // not a data set: opens the upload
      setData(before);
      return bring();
    }
    if (value === before) return;
    const settings = name === "data" ? suited(present, value) : present;
    const after = withChange(settings, name, value, data);
    if (mode === "draft") show(after, mode);
    changed(after, name, before);
  }

  function show(settings, now) {
    [present, mode] = [settings, now];
    length.set(settings, now === "draft");
    length.allow(now === "draft");
    for (const [name, row] of Object.entries(made)) {
      row.set(settings[name]);
      if (name === "data") setData(settings.data);
      const may = now === "draft" || (now === "steer" && rows[name].live);
      row.allow(may);
    }
    setLevel(level);
    const name = fitting(settings);
    own.remove();
    if (!name) preset.prepend(own);
    preset.value = name;
    preset.disabled = now !== "draft";
    about.textContent = say(name ? `train.about.${name}` : "train.about_own");
  }

  const fitting = (settings) => presetOf(settings, presets, data);
  const knows = (name) => rows.data.choices.includes(name);
  const useData = (name) => knows(name) && take("data", name);
  const known = { settings: () => present, presetOf: fitting };
  return { top, level: levelRow, live, more, show, offer, useData, knows, ...known };
}
