// The fields of a run's settings: a preset, the main ones, and the rest on demand.

import { make } from "../../core/dom.js";
import { formRow, range } from "./rows.js";
import { STOPS, idle, presetOf, withChange, withPreset } from "./rules.js";

const FIRST = ["data", "seed", "steps"];
const OWN_PRESET = "own-images"; // the preset for a visitor's own images
const LIVE = Object.keys(STOPS);

/**
 * {top, live, more, show(settings, mode), offer(collections), useData(name), knows(name), settings(),
 * isWrong()}: three elements to place. `offer` adds a visitor's own images to the data; `bring()`
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
  for (const option of select.options) {
    if (!data[option.value].here) option.textContent += say("train.needs_download");
  }
  const groups = [...select.options];
  const wanted = make("option", { value: "", textContent: say("train.own_images") });
  select.append(wanted);
  const preset = make("select", { name: "preset" });
  const fill = (name) => make("option", { value: name, textContent: say(`train.preset.${name}`) });
  preset.append(...Object.keys(presets).map(fill));
  const own = make("option", { value: "", textContent: say("train.preset_own") });
  const about = make("p", { className: "ls-note tf-about" });
  preset.addEventListener("change", () => {
    if (preset.value) show(withPreset(present, presets[preset.value], data), mode);
    changed(present, "preset");
  });

  const chosen = make(
    "label",
    { className: "ls-field" },
    make("span", {}, say("train.preset")),
    preset,
  );
  const first = FIRST.map((name) => made[name].element);
  const top = make("div", { className: "tf-top" }, chosen, about, ...first);
  const live = make("fieldset", { className: "tf-live" });
  live.append(make("legend", {}, say("train.steering")), ...LIVE.map((name) => made[name].element));
  const rest = Object.keys(rows).filter((name) => !FIRST.includes(name) && !LIVE.includes(name));
  const grid = make("div", { className: "tf-grid" }, ...rest.map((name) => made[name].element));
  const more = make(
    "details",
    { className: "tf-more" },
    make("summary", {}, say("train.more_settings")),
    grid,
  );
  for (const name of [...rest, ...LIVE]) {
    const hint = say(`train.hint.${name}`);
    const values = rows[name].kind === "number" ? `\n${range(rows[name], say)}` : "";
    made[name].element.title = hint + values;
  }

  function offer(collections) {
    for (const name of rows.data.choices) if (!named.includes(name)) delete data[name];
    for (const one of collections) {
      data[one.id] = { image_size: one.size, here: true, settings: one.settings };
    }
    rows.data.choices = [...named, ...collections.map(({ id }) => id)];
    const options = collections.map(({ id, name, count }) =>
      make("option", {
        value: id,
        textContent: say("train.own_choice", { name, count: count.toLocaleString() }),
      }),
    );
    select.replaceChildren(...groups, ...options, wanted);
    setData(present.data);
  }

  // Images that were deleted or belong to another visitor are named as such.
  function setData(name) {
    select.querySelector(".tf-gone")?.remove();
    if (!rows.data.choices.includes(name)) {
      const properties = { value: name, className: "tf-gone", textContent: say("train.own_gone") };
      select.prepend(make("option", properties));
    }
    select.value = name;
  }

  function suited(settings, name) {
    const own = !named.includes(name);
    const usual = presetOf(settings, presets);
    if (own && usual === offered.first) return { ...presets[OWN_PRESET], ...kept(settings) };
    if (!own && usual === OWN_PRESET) return { ...presets[offered.first], ...kept(settings) };
    return settings;
  }
  const kept = ({ steps, seed }) => ({ steps, seed });

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
    const vain = idle(settings);
    for (const [name, row] of Object.entries(made)) {
      row.set(settings[name]);
      if (name === "data") setData(settings.data);
      const may = now === "draft" || (now === "steer" && rows[name].live);
      row.allow(may && !(name in vain), name in vain ? say(`train.no_effect_${vain[name]}`) : "");
    }
    const name = presetOf(settings, presets);
    own.remove();
    if (!name) preset.prepend(own);
    preset.value = name;
    preset.disabled = now !== "draft";
    about.textContent = say(name ? `train.about.${name}` : "train.about_own");
  }

  const isWrong = () => Object.values(made).some((row) => row.isWrong());
  const knows = (name) => rows.data.choices.includes(name);
  const useData = (name) => knows(name) && take("data", name);
  return { top, live, more, show, offer, useData, knows, isWrong, settings: () => present };
}
