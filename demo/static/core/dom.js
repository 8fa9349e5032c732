// What every panel's own elements are made of.

/** A text with its {names} filled in. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** An element with properties and children: make("p", {className: "ls-note"}, "text"). */
export function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/**
 * Make `parts` (with an `element` each) all that `list` shows. What stays in place keeps its focus.
 */
export function arrange(list, parts) {
  const elements = parts.map(({ element }) => element);
  const same = elements.length === list.children.length;
  if (!same || elements.some((one, k) => list.children[k] !== one))
    list.replaceChildren(...elements);
}

/** A push button that says `label`. */
export const button = (label, extra = "") =>
  make("button", { type: "button", className: `ls-btn ${extra}`, textContent: label });

/** A button that shows a picture and says `label` to those who ask. */
export function iconButton(picture, label) {
  const made = make("button", { type: "button", className: "ls-icon", title: label }, picture);
  made.setAttribute("aria-label", label);
  return made;
}

/** A section's title. */
export const heading = (title, hint = "") =>
  make("h3", { className: "ls-heading", title: hint }, title);

/** A number as people write it: a real minus sign, no more digits than asked. */
export const number = (value, digits = 2) => value.toFixed(digits).replace("-", "\u2212");

/** A choice of one among few: {element, set(value)}; `options` are [value, label] pairs. */
export function segments(label, options, pick) {
  const made = options.map(([value, text]) => {
    const one = make("button", { type: "button", className: "ls-segment", textContent: text });
    one.addEventListener("click", () => pick(value));
    return [value, one];
  });
  const buttons = made.map(([, one]) => one);
  const element = make(
    "div",
    { className: "ls-segments", role: "group", ariaLabel: label },
    ...buttons,
  );
  const set = (now) =>
    made.forEach(([value, one]) => one.setAttribute("aria-pressed", String(value === now)));
  const offer = (values) =>
    made.forEach(([value, one]) => {
      one.hidden = !values.includes(value);
    });
  return { element, set, offer };
}

/** Offer a file to be kept. */
export function download(blob, name) {
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000); // some browsers fetch it later
}

/** Copy this page's address with `hash`, and show it, for bookmarks. Returns whether it could. */
export async function copyAddress(hash) {
  history.replaceState(history.state, "", hash);
  try {
    await navigator.clipboard.writeText(location.href);
    return true;
  } catch {
    return false;
  }
}

const THANKS_MS = 1600; // how long a button says that it has done it

/** Let a button say for a moment that it has done its work. */
export function thank(made, label) {
  if (made.disabled) return;
  const before = made.textContent;
  made.textContent = label;
  made.disabled = true;
  setTimeout(() => {
    made.textContent = before;
    made.disabled = false;
  }, THANKS_MS);
}
