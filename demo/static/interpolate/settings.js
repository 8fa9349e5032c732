// The settings of the path and of the file, and their allowed values.
// The length is kept in seconds, so that it stays when the frame rate changes.

/** Parse a typed number; return null if it is not a number, outside its range or not whole. */
export function readNumber(text, { low, high }, whole) {
  const value = text.trim() === "" ? NaN : Number(text);
  const fine = value >= low && value <= high;
  return fine && (!whole || Number.isInteger(value)) ? value : null;
}

const nearest = (values, wanted) =>
  values.reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a));

/** Return the exact frame rate: GIF counts hundredths of a second, so that 33.3 is 100/3. */
export function rate({ format, fps }) {
  return format === "gif" ? 100 / Math.round(100 / fps) : fps;
}

export function frameCount(settings) {
  return Math.max(2, Math.round(settings.seconds * rate(settings)));
}

/** The values that the settings may have. */
export class Choices {
  /** `limits`: those of gan/recipes/limits.py. */
  constructor({ clip, formats, keyframe, keys, path_keys, always_closed }) {
    this.formats = formats; // the frame rates of each
    this.lists = {
      path: clip.path.choices,
      easing: clip.easing.choices,
      tiles: Array.from({ length: clip.tiles.high }, (_, i) => i + 1),
      colours: clip.colours.choices,
      format: Object.keys(formats),
    };
    this.limits = { ...clip, seconds: { low: 0.1, high: 3600 }, side: { low: 1, high: 1e5 } };
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

  /** Return valid settings from untrusted ones: invalid fields get the value of `start`. */
  tidy(given) {
    const { start, limits } = this;
    /** @type {any} */
    const settings = { ...start };
    for (const name of Object.keys(start)) {
      const value = given?.[name];
      const { choices, low = 0, high } = limits[name];
      const inside = high === undefined || (value >= low && value <= high);
      const fits = choices ? choices.includes(value) : inside;
      if (typeof value === typeof start[name] && fits) settings[name] = value;
    }
    for (const name of ["wander", "tiles", "loops", "border"]) {
      settings[name] = Math.trunc(settings[name]);
    }
    settings.caption = settings.caption.replace(/[\p{Cc}\p{Cs}]/gu, " ").slice(0, this.captionMax);
    settings.closed ||= !this.needs(settings.path).open;
    if (!this.holds(settings)) settings.fps = nearest(this.formats[settings.format], settings.fps);
    return settings;
  }

  /** Whether a format supports a frame rate; recipes may have rates that the page does not offer. */
  holds({ format, fps }) {
    const offered = this.formats[format];
    if (offered.includes(fps)) return true;
    return format !== "gif" && fps >= Math.min(...offered) && fps <= Math.max(...offered);
  }
}
