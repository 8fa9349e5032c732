// Creation of the elements that all panels use.

/** Fill in the {names} of a text. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Return say(key, {values}): the text "prefix.key" with its {names} filled in. */
export const speaker =
  (words, prefix) =>
  (key, values = {}) =>
    fill(words[`${prefix}.${key}`] ?? key, values);

/** Create an element: make("p", {className: "ls-note"}, "text"). */
export function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const escaped = (text) => String(text).replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);

/**
 * Create the element of a template: html`<p>${value} <b ref="total"></b></p>`. A value is a node, or
 * a text, which is escaped. Return {element} and, by its name, each element with a `ref`.
 *
 * @returns {any}
 */
export function html(strings, ...values) {
  const markup = values.map((value) => (value instanceof Node ? "<slot></slot>" : escaped(value)));
  const template = make("template", { innerHTML: String.raw({ raw: strings }, ...markup).trim() });
  const { content } = template;
  const parts = { element: content.firstElementChild };
  for (const one of content.querySelectorAll("[ref]")) parts[one.getAttribute("ref")] = one;
  const nodes = values.filter((value) => value instanceof Node);
  content.querySelectorAll("slot").forEach((slot, k) => slot.replaceWith(nodes[k]));
  return parts;
}

/** Create an SVG element. */
export function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/**
 * Replace the children of `list` by the `element` of each part. Elements that stay keep the focus.
 */
export function arrange(list, parts) {
  const elements = parts.map(({ element }) => element);
  for (const old of [...list.children]) if (!elements.includes(old)) old.remove();
  elements.forEach((one, k) => {
    if (list.children[k] !== one) list.insertBefore(one, list.children[k]);
  });
}

/** Create a push button. */
export const button = (label, extra = "", onclick = null) =>
  make("button", { type: "button", className: `ls-btn ${extra}`, textContent: label, onclick });

/** Create a button with an icon; `label` is its tooltip and accessible name. */
export function iconButton(picture, label, onclick = null) {
  const properties = { type: "button", className: "ls-icon", title: label, ariaLabel: label };
  return make("button", { ...properties, onclick }, picture);
}

/** Create a section heading. */
export const heading = (title) => make("h2", { className: "ls-heading" }, title);

export const div = (className, ...children) => make("div", { className }, ...children);

/** Create a small grey text. */
export const note = (text, className = "") =>
  make("span", { className: `ls-note ${className}` }, text);

/** Create a label with its text above or before a control. */
export const field = (text, control, properties = {}) =>
  make("label", { className: "ls-field", ...properties }, note(text), control);

/** Create an input of type range. */
export const slider = ({ className = "", ...properties }) =>
  make("input", { type: "range", className: `ls-range ${className}`, ...properties });

/** Format a number with a minus sign (U+2212) and at most `digits` digits. */
export const number = (value, digits = 2) => value.toFixed(digits).replace("-", "\u2212");

/**
 * Create a segmented control {element, set(value), offer(values)}; `options` are [value, label] pairs.
 */
export function segments(label, options, pick) {
  const buttons = options.map(([value, text]) => {
    const one = make("button", { type: "button", className: "ls-segment", textContent: text });
    one.addEventListener("click", () => pick(value));
    return one;
  });
  const group = { className: "ls-segments", role: "group", ariaLabel: label };
  const each = (work) => options.forEach(([value], k) => work(buttons[k], value));
  return {
    element: make("div", group, ...buttons),
    set: (now) => each((one, value) => (one.ariaPressed = String(value === now))),
    offer: (values) => each((one, value) => (one.hidden = !values.includes(value))),
  };
}

/** Download a blob as a file. */
export function download(blob, name) {
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000); // some browsers fetch it later
}

const THANKS_MS = 1600; // how long a button confirms

/** Show a confirmation on a button for a short time. */
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
