// The curves that several views show.

const COLORS = {
  loss_g: "--tr-fake",
  loss_d: "--tr-real",
  d_fake: "--tr-fake",
  d_real: "--tr-real",
};

/** Options of a chart by what it shows. */
export const SHAPES = {
  frechet: { log: true, smooth: false },
  diversity: { least: 1.2, level: 1, smooth: false },
  loss_g: {},
  loss_d: {},
};

/** Return the curves, or the series of bars, with these names. */
export const curvesOf = (names, say) =>
  names.map((name) => ({ name: say(`train.${name}`), color: COLORS[name] }));
