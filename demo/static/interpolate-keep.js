// What the browser keeps: Interpolate's keyframes, one set for each model, and Explore's latent.

const FIRST = [[7, 3], [21, 8], [4, 0], [12, 6], [33, 9]]; // [seed, class] of the ready loop
const store = (model) => `latent-studio.interpolate.${model}`;

export function recall(model) {
  try {
    const kept = JSON.parse(localStorage.getItem(store(model)));
    return kept && typeof kept === "object" ? kept : {};
  } catch {
    return {};
  }
}

export function remember(model, thing) {
  try {
    localStorage.setItem(store(model), JSON.stringify(thing));
  } catch {
    // a full or forbidden store only means that a reload starts afresh
  }
}

// What the Explore tab shows with this model, as a key; null if it was never open.
export function exploring(model, latent) {
  try {
    const { seed, z, label } = JSON.parse(localStorage.getItem(`latent-studio.explore.${model}`));
    if (!Number.isInteger(seed) || !Array.isArray(z) || !z.every(Number.isFinite)) return null;
    const home = latent(seed, z.length);
    const moved = z.some((value, i) => Math.abs(value - home[i]) > 1e-4);
    const key = { seed, label: label || 0 };
    return moved ? { ...key, z: z.map((x) => Math.round(x * 1e4) / 1e4) } : key;
  } catch {
    return null;
  }
}

export function goodKeys(given) {
  const good = (Array.isArray(given) ? given : []).filter(
    (key) => Number.isInteger(key?.label) && (Number.isInteger(key.seed) || Array.isArray(key.z)),
  );
  return good.length >= 2 ? good.slice(0, 64) : FIRST.map(([seed, label]) => ({ seed, label }));
}
