// The rules between settings: pure functions of the rows of demo/train/settings_form.py.

const rates = [-6, -5, -4, -3, -2].flatMap((power) =>
  [1, 2, 5].map((digit) => Number(`${digit}e${power}`)),
);
const tenths = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** The stops of the sliders of settings that may change during a run, in even factors. */
export const STOPS = {
  lr_g: [...rates, 0.1],
  lr_d: [...rates, 0.1],
  d_steps_per_g_step: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  r1_gamma: [0, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000],
  augment: [...tenths, 1],
  augment_target: tenths,
};

/** Return the index of the stop nearest to a value; by ratio if zero is not among them. */
export function nearestStop(name, value) {
  const scaled = (one) => Math.log(Math.max(one, 1e-3 * STOPS[name].find((stop) => stop > 0)));
  const even = name.startsWith("augment") || name === "d_steps_per_g_step";
  const away = STOPS[name].map((stop) =>
    Math.abs(even ? stop - value : scaled(stop) - scaled(value)),
  );
  return away.indexOf(Math.min(...away));
}

/** Whether a number is valid for a row. */
export function fits(row, value) {
  if (!Number.isFinite(value) || (row.whole && !Number.isInteger(value))) return false;
  if (row.zero_or && value > 0 && value < row.zero_or) return false;
  return value >= row.low && value <= row.high;
}

/**
 * Return the settings of a form that a reload has closed, or `first` where they are not whole or not
 * valid: the page may be of another version. The data may be a visitor's own, not yet known.
 */
export function restored(kept, first, rows) {
  const fine = (name) => {
    const [row, value] = [rows[name], kept?.[name]];
    if (typeof value !== typeof first[name]) return false;
    if (name === "data" || !row) return true;
    return row.choices?.includes(value) ?? (typeof value !== "number" || fits(row, value));
  };
  return Object.keys(first).every(fine) ? kept : first;
}

// the MLP has a fixed size and no classes
const OF_CONV = ["width", "upsample", "d_norm", "d_hidden", "d_slope", "conditional"];

/** Return the names of the settings without effect; `clips`: whether the data are clips. */
export function withoutEffect({ arch, r1_gamma, motion_dim }, clips) {
  return [
    ...(arch === "mlp" ? OF_CONV : []),
    ...(r1_gamma ? [] : ["r1_every"]),
    ...(clips ? [] : ["motion_dim"]),
    ...(motion_dim ? [] : ["clip_span"]),
  ];
}

const NAMED = { image_channels: 0, image_classes: 0 }; // for data sets with a known format
const DATA = ["data", "image_size", ...Object.keys(NAMED)];

// the default of these data, which may be unknown: few images are augmented as needed
const target = (name, data) => data[name]?.settings?.augment_target ?? 0;

/** Return all settings after a change, with incompatible ones adapted. */
export function withChange(settings, name, value, data) {
  const after = { ...settings, [name]: value };
  if (name === "data") {
    const { image_size, clips, settings: own } = data[value];
    const usual = settings.augment_target === target(settings.data, data);
    const augment_target = usual ? target(value, data) : settings.augment_target;
    Object.assign(after, NAMED, { image_size }, own, { augment_target });
    if (!clips) after.motion_dim = 0;
  }
  if (after.arch === "mlp") after.conditional = false;
  return after;
}

/** Return the settings of a preset with the chosen data if they suit it, length and seed. */
export function withPreset(settings, preset, data) {
  const { steps, seconds, seed } = settings;
  const name = preset.motion_dim && !data[settings.data]?.clips ? preset.data : settings.data;
  return withChange({ ...preset, steps, seconds, seed }, "data", name, data);
}

/** Return the preset with these settings for their data, ignoring length and seed, or "". */
export function presetOf(settings, presets, data) {
  const free = [...DATA, "steps", "seconds", "seed"];
  const augment_target = target(settings.data, data);
  const same = (preset) => {
    const values = { ...preset, augment_target };
    return Object.keys(values).every(
      (name) => free.includes(name) || values[name] === settings[name],
    );
  };
  return Object.keys(presets).find((name) => same(presets[name])) || "";
}
