// The shown classes of image collections as text in the address: classes=own-0123456789ab:3.

const PAIR = /^([\w-]{1,64}):(\d{1,6})$/;

/** Return the text {classes} of a map of classes by collection, {} if all show all classes. */
export function textOf(chosen) {
  const some = [...chosen].filter(([, k]) => k !== null);
  return some.length ? { classes: some.map((pair) => pair.join(":")).join(",") } : {};
}

/** Return the map {id: class} of foreign text. */
export function classesOf({ classes = "" }) {
  const pairs = classes.split(",").map((text) => PAIR.exec(text));
  return new Map(pairs.filter(Boolean).map(([, id, k]) => [id, Number(k)]));
}
