// The settings of the form as texts in the address: preset=article&settings=steps:250,seed:3.

/** Return the texts of settings: a preset, and what differs from it. */
export function textsOf(settings, presets, preset) {
  const own = Object.entries(settings).filter(([name, value]) => value !== presets[preset][name]);
  const list = own.map(([name, value]) => `${name}:${value}`).join(",");
  return { preset, ...(list && { settings: list }) };
}

/** Return the settings of foreign texts, which `restored` checks, or null without any. */
export function settingsOf({ preset, settings = "" }, presets) {
  if (!Object.hasOwn(presets, preset ?? "")) return null;
  const filled = { ...presets[preset] };
  for (const [name, value] of settings.split(",").map((one) => one.split(":"))) {
    const kind = typeof filled[name];
    if (kind === "number") filled[name] = Number(value);
    else if (kind === "boolean") filled[name] = value === "true";
    else if (kind === "string") filled[name] = value;
  }
  return filled;
}
