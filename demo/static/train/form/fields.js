// The fields of a run's settings: a preset, the main ones, and the rest on demand.

import { html, make } from "../../core/dom.js";
import { formRow } from "./rows.js";
import { STOPS, presetOf, withChange, withPreset, withoutEffect } from "./rules.js";
import { formatNumber } from "../../core/format.js";

const FIRST = ["data", "seed", "steps"];
const OWN_PRESET = "own-images"; // the preset for a visitor's own images
const LIVE = Object.keys(STOPS);

const option = (value, textContent) => make("option", { value, textContent });

/**
 * {top, live, more, show(settings, mode), offer(collections), useData(name), knows(name),
 * settings()}: three elements to place. `offer` adds a visitor's own images to the data; `bring()`
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

  const made = {};
  for (const [name, row] of Object.entries(rows)) {
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
  const { element: more, grid } = html`
    <details class="tf-more"><summary>${say("train.more_settings")}</summary>
      <div class="tf-grid" ref="grid"></div></details>`;
  const rest = Object.keys(rows).filter((name) => !FIRST.includes(name) && !LIVE.includes(name));
  const place = (names, where) => where.append(...names.map((name) => made[name].element));
  place(FIRST, top);
  place(LIVE, live);
  place(rest, grid);
  preset.append(...Object.keys(presets).map((name) => option(name, say(`train.preset.${name}`))));
  const own = option("", say("train.preset_own"));
  preset.addEventListener("change", () => {
    if (preset.value) show(withPreset(present, presets[preset.value], data), mode);
    changed(present, "preset");
  });

  function offer(collections) {
    for (const name of rows.data.choices) if (!named.includes(name)) delete data[name];
    for (const one of collections) {
      data[one.id] = { image_size: one.size, here: true, settings: one.settings };
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
    const [other, usual] = named.includes(name)
      ? [OWN_PRESET, offered.first]
      : [offered.first, OWN_PRESET];
    const { steps, seed } = settings;
    if (presetOf(settings, presets) !== other) return settings;
    return { ...presets[usual], steps, seed };
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
    const unused = withoutEffect(settings);
    for (const [name, row] of Object.entries(made)) {
      row.set(settings[name]);
      if (name === "data") setData(settings.data);
      const may = now === "draft" || (now === "steer" && rows[name].live);
      row.allow(
        may && !(name in unused),
        name in unused ? say(`train.no_effect_${unused[name]}`) : "",
      );
    }
    const name = presetOf(settings, presets);
    own.remove();
    if (!name) preset.prepend(own);
    preset.value = name;
    preset.disabled = now !== "draft";
    about.textContent = say(name ? `train.about.${name}` : "train.about_own");
  }

  const knows = (name) => rows.data.choices.includes(name);
  const useData = (name) => knows(name) && take("data", name);
  return { top, live, more, show, offer, useData, knows, settings: () => present };
}
