// How the keyframes are joined and what file is wanted: the choices there are, and one of each.
// Lengths are kept in seconds, because that is what people mean when they change the frame rate.

const EVEN_STEPS = [10, 12, 15, 20, 24, 25, 30, 50, 60];
const FORMATS = {
  gif: [10, 12.5, 20, 25, 33.3, 50],
  mp4: EVEN_STEPS,
  webm: EVEN_STEPS,
  webp: EVEN_STEPS,
  apng: EVEN_STEPS,
  zip: EVEN_STEPS,
  sprite: EVEN_STEPS,
};
export const PATHS = ["spline", "slerp", "circle", "walk"];
export const EASINGS = ["none", "smooth", "hold"];
export const TILES = [1, 2, 3, 4];
export const CAPTION_MAX = 80;
export const RANGES = { seconds: [0.1, 3600], border: [0, 256], loops: [0, 1000] };
export const START = {
  path: "spline",
  closed: true,
  wander: 0,
  easing: "none",
  even: true,
  back: false,
  tiles: 1,
  seconds: 5,
  fps: 25,
  format: "gif",
  side: 448,
  smooth: false,
  loops: 0,
  border: 0,
  caption: "",
  colours: "grey",
};

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

/** What a path asks of the keyframes: how few and how many, and whether it can be open. */
export function needs(path) {
  if (path === "circle") return { least: 2, most: 2, open: false };
  if (path === "walk") return { least: 1, most: 64, open: false };
  return { least: 2, most: 64, open: true };
}

/**
 * The choices of one server: `formats` maps a format to the frame rates that it can hold,
 * `colours` names the colour maps.
 */
export class Choices {
  constructor(formats, colours) {
    this.formats = formats ?? FORMATS;
    this.colours = colours?.length ? colours : ["grey"];
  }

  /** What is wanted, whatever was stored: every field of START, each of a kind that exists. */
  tidy(given) {
    const wish = { ...START };
    for (const name of Object.keys(START)) {
      if (typeof given?.[name] === typeof START[name]) wish[name] = given[name];
    }
    const choose = (name, values) => {
      if (!values.includes(wish[name])) wish[name] = START[name];
    };
    choose("path", PATHS);
    choose("easing", EASINGS);
    choose("tiles", TILES);
    choose("colours", this.colours);
    choose("format", Object.keys(this.formats));
    for (const name of ["seconds", "fps", "side"]) {
      if (!(Number.isFinite(wish[name]) && wish[name] > 0)) wish[name] = START[name];
    }
    for (const [name, [low, high]] of Object.entries(RANGES)) {
      if (!(wish[name] >= low && wish[name] <= high)) wish[name] = START[name];
    }
    for (const name of ["wander", "loops", "border"]) wish[name] = Math.trunc(wish[name]);
    wish.wander = wish.wander >>> 0 || 0;
    wish.caption = wish.caption.replace(/[\p{Cc}\p{Cs}]/gu, " ").slice(0, CAPTION_MAX);
    wish.closed ||= !needs(wish.path).open;
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
