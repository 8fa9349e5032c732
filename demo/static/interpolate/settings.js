// How the keyframes are joined and what file is wanted: the choices there are, and one of each.
// Lengths are kept in seconds, because that is what people mean when they change the frame rate.

/** A whole number or a number of people's typing, within its range, or null. */
export function readNumber(text, [low, high], whole = false) {
  const value = text.trim() === "" ? NaN : Number(text);
  const fine = Number.isFinite(value) && value >= low && value <= high;
  return fine && (!whole || Number.isInteger(value)) ? value : null;
}

const nearest = (values, wanted) =>
  values.reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a));

/** GIF counts hundredths of a second: what is called 33.3 is 100/3. */
export function rate({ format, fps }) {
  return format === "gif" ? 100 / Math.round(100 / fps) : fps;
}

export function frameCount(wish) {
  return Math.max(2, Math.round(wish.seconds * rate(wish)));
}

/** The values that the settings may have. */
export class Choices {
  /** `limits`: those of gan/recipes/limits.py. */
  constructor({ clip, formats, keyframe, keys, path_keys, always_closed }) {
    this.paths = clip.path.choices;
    this.easings = clip.easing.choices;
    this.colours = clip.colours.choices;
    this.formats = formats; // the frame rates of each
    this.tiles = Array.from({ length: clip.tiles.high }, (_, i) => i + 1);
    this.ranges = {
      seconds: [0.1, 3600],
      border: [clip.border.low, clip.border.high],
      loops: [clip.loops.low, clip.loops.high],
    };
    this.captionMax = clip.caption.most;
    this.keysMost = keys[1];
    this.lengths = [keyframe.length.low, keyframe.length.high];
    this.pathKeys = path_keys;
    this.alwaysClosed = always_closed;
    const { frames, scale, ...rest } = clip;
    /** The settings of a new loop. @type {any} */
    this.start = { seconds: 5, side: 448 };
    for (const [name, limit] of Object.entries(rest)) this.start[name] = limit.default;
  }

  /** How many keyframes a path needs and takes, and whether it can be open. */
  needs(path) {
    const [least, most] = this.pathKeys[path];
    return { least, most, open: !this.alwaysClosed.includes(path) };
  }

  /** What is wanted, whatever was stored: every field of `start`, each with an allowed value. */
  tidy(given) {
    const { start } = this;
    /** @type {any} */
    const wish = { ...start };
    for (const name of Object.keys(start)) {
      if (typeof given?.[name] === typeof start[name]) wish[name] = given[name];
    }
    const choose = (name, values) => {
      if (!values.includes(wish[name])) wish[name] = start[name];
    };
    choose("path", this.paths);
    choose("easing", this.easings);
    choose("tiles", this.tiles);
    choose("colours", this.colours);
    choose("format", Object.keys(this.formats));
    for (const name of ["seconds", "fps", "side"]) {
      if (!(Number.isFinite(wish[name]) && wish[name] > 0)) wish[name] = start[name];
    }
    for (const [name, [low, high]] of Object.entries(this.ranges)) {
      if (!(wish[name] >= low && wish[name] <= high)) wish[name] = start[name];
    }
    for (const name of ["wander", "loops", "border"]) wish[name] = Math.trunc(wish[name]);
    wish.wander = wish.wander >>> 0 || 0;
    wish.caption = wish.caption.replace(/[\p{Cc}\p{Cs}]/gu, " ").slice(0, this.captionMax);
    wish.closed ||= !this.needs(wish.path).open;
    if (!this.holds(wish)) wish.fps = nearest(this.formats[wish.format], wish.fps);
    return wish;
  }

  /** Whether a format has this rate, be it one that the page does not offer: a recipe may. */
  holds({ format, fps }) {
    const offered = this.formats[format];
    if (offered.includes(fps)) return true;
    return format !== "gif" && fps >= Math.min(...offered) && fps <= Math.max(...offered);
  }
}
