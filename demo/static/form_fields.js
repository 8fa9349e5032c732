// The settings of a run, as a visitor sees them: a preset, a few numbers, and the rest on demand.

const version = new URL(import.meta.url).search;
const { make } = await import("./dom.js" + version);
const { formRow, range } = await import("./form_rows.js" + version);
const { STOPS, idle, presetOf, withChange, withPreset } = await import("./form_rules.js" + version);

const FIRST = ["data", "seed", "steps"];
const LIVE = Object.keys(STOPS);

/**
 * {top, live, more, show(settings, mode), settings(), isWrong()}: three elements to place.
 *
 * `mode` is "draft" (all may be filled in), "steer" (a run goes on: what may change now) or "held"
 * (nothing). `changed(settings, name, before)` is called with all settings after each change.
 */
export function formFields({ offered, say, changed }) {
  const { rows, presets, data } = offered;
  let present = presets[offered.first];
  let mode = "draft";

  const made = {};
  for (const [name, row] of Object.entries(rows)) {
    made[name] = formRow(name, row, { say, done: (value) => take(name, value) });
  }
  for (const option of made.data.element.querySelectorAll("option")) {
    if (!data[option.value].here) option.textContent += say("train.from_network");
  }
  const preset = make("select", { name: "preset" });
  const fill = (name) => make("option", { value: name, textContent: say(`train.preset.${name}`) });
  preset.append(...Object.keys(presets).map(fill));
  const own = make("option", { value: "", textContent: say("train.preset_own") });
  const about = make("p", { className: "ls-note tf-about" });
  preset.addEventListener("change", () => {
    if (preset.value) show(withPreset(present, presets[preset.value], data), mode);
    changed(present, "preset");
  });

  const chosen = make("label", { className: "ls-field" }, make("span", {}, say("train.preset")), preset);
  const first = FIRST.map((name) => made[name].element);
  const top = make("div", { className: "tf-top" }, chosen, about, ...first);
  const live = make("fieldset", { className: "tf-live" });
  live.append(make("legend", {}, say("train.steering")), ...LIVE.map((name) => made[name].element));
  const rest = Object.keys(rows).filter((name) => !FIRST.includes(name) && !LIVE.includes(name));
  const grid = make("div", { className: "tf-grid" }, ...rest.map((name) => made[name].element));
  const more = make("details", { className: "tf-more" },
    make("summary", {}, say("train.more_settings")), grid);
  for (const name of [...rest, ...LIVE]) {
    const hint = say(`train.hint.${name}`);
    const values = rows[name].kind === "number" ? `\n${range(rows[name], say)}` : "";
    made[name].element.title = hint + values;
  }

  function take(name, value) {
    const before = present[name];
    if (value === before) return;
    const after = withChange(present, name, value, data);
    if (mode === "draft") show(after, mode);
    changed(after, name, before);
  }

  function show(settings, now) {
    [present, mode] = [settings, now];
    const vain = idle(settings);
    for (const [name, row] of Object.entries(made)) {
      row.set(settings[name]);
      const may = now === "draft" || (now === "steer" && rows[name].live);
      row.allow(may && !(name in vain), name in vain ? say(`train.vain_${vain[name]}`) : "");
    }
    const name = presetOf(settings, presets);
    own.remove();
    if (!name) preset.prepend(own);
    preset.value = name;
    preset.disabled = now !== "draft";
    about.textContent = say(name ? `train.about.${name}` : "train.about_own");
  }

  const isWrong = () => Object.values(made).some((row) => row.isWrong());
  return { top, live, more, show, isWrong, settings: () => present };
}
