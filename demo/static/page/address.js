// What the open tab shows is part of the address (#tab=explore&model=mnist&seed=7): a reload, Back,
// Forward and a copied address show it again. What the other tabs show is kept in sessionStorage,
// which no other tab of the browser shares.

import { SESSION, read, write } from "../core/storage.js";

/** The names of each panel's texts, by its tab; "" is on every tab, "train" on all of its views. */
const NAMES = {
  "": ["model"],
  explore: ["seed", "class", "scale", "z"],
  interpolate: ["loop"],
  train: ["preset", "settings"],
  "train/watch": ["run", "step"],
  "train/manual": ["networks"],
  "train/images": ["size", "fit", "classes"],
  "train/compare": ["at", "list"],
  "train/runs": ["selected", "compared"],
};
const LINKS = { "#recipe=": "explore", "#clip=": "interpolate" }; // which their tabs open
const KEPT = "latent-studio.address";
const LONGEST = 8000; // characters of a panel; more are kept in the session alone
const SOON_MS = 300; // a drag is one change, and browsers limit the number of changes
const SPACES = "https://huggingface.co"; // shows the page in a frame, with an address of its own

const session = read(KEPT, SESSION);
// the last change before a reload may be missing in the address
const [entry] = performance.getEntriesByType("navigation");
const isReload = entry?.toJSON().type === "reload";
const known = {}; // the texts of each panel: foreign input, which the panel checks
const pending = {}; // by panel: make its texts
const listeners = {};
let [timer, isNew] = [0, false];
// Only a visitor's own action adds a history entry. Changes caused by a reload or by Back must not:
// Back would return to the same entry for ever.
let touched = false;

for (const [panel, names] of Object.entries(NAMES)) {
  // the session knows more than the address of a page that it had
  const kept = texts(session?.texts?.[panel], names);
  const given = isReload || session?.at === location.hash ? null : inAddress(panel);
  known[panel] = given && Object.keys(given).length ? given : kept;
}
if (linkOf(location.hash)) known[""] = {}; // the link has a model of its own

/** Follow Back, Forward and the visitor's presses; call it once. */
export function watchAddress() {
  for (const name of ["pointerdown", "keydown"]) {
    addEventListener(name, () => (touched = true), { capture: true });
  }
  addEventListener("popstate", travel);
  addEventListener("pagehide", () => {
    settle();
    keep();
  });
}

/** Return the open tab that an address names, of Train with its view: "train/runs". */
export function tabOf(hash = location.hash) {
  const named = new URLSearchParams(hash.slice(1)).get("tab");
  const tab = LINKS[linkOf(hash)] ?? (named || "explore");
  return tab === "train" ? "train/watch" : tab;
}

/** Return the texts {name: text} that the address or the session has of a panel. */
export const recall = (panel) => known[panel];

/** Call arrive(texts) when Back, Forward or an edited address change the texts of a panel. */
export function onTravel(panel, arrive) {
  listeners[panel] = arrive;
}

/** Put the texts that make() returns into the address soon; `fresh`: as a new history entry. */
export function show(panel, make, fresh = false) {
  pending[panel] = make;
  isNew ||= fresh;
  clearTimeout(timer);
  timer = setTimeout(flush, SOON_MS);
}

/** Show another tab. */
export function showTab(tab) {
  flush();
  const wanted = tabOf(`#tab=${tab}`);
  if (wanted !== tabOf()) put(addressOf(wanted), true);
}

/** Show the link to a picture or a clip, until the visitor changes something. */
export function showLink(hash) {
  settle();
  touched = false;
  history.replaceState(history.state, "", whole(hash));
}

// a hash alone would be one of <base>, without the query
const whole = (hash) => location.pathname + location.search + hash;

function flush() {
  settle();
  const isLink = Boolean(linkOf(location.hash));
  if (touched || !isLink) put(addressOf(tabOf()), touched && (isNew || isLink));
  isNew = false;
  keep();
}

function settle() {
  clearTimeout(timer);
  for (const [panel, make] of Object.entries(pending)) {
    known[panel] = texts(make(), NAMES[panel]);
    delete pending[panel];
  }
}

function put(hash, fresh) {
  if (hash === location.hash) return;
  history[fresh ? "pushState" : "replaceState"](history.state, "", whole(hash));
  if (parent !== window) parent.postMessage({ hash }, SPACES);
}

const keep = () => write(KEPT, { at: location.hash, texts: known }, SESSION);

function travel() {
  settle();
  [touched, isNew] = [false, false];
  if (linkOf(location.hash)) return;
  for (const panel of Object.keys(NAMES)) {
    const given = inAddress(panel);
    if (!given || same(given, known[panel])) continue;
    if (Object.keys(given).length) known[panel] = given;
    listeners[panel]?.(given);
  }
}

function addressOf(tab) {
  const parts = { tab };
  for (const [panel, own] of Object.entries(known)) {
    const length = Object.values(own).reduce((sum, text) => sum + text.length, 0);
    if (isOn(panel, tab) && length <= LONGEST) Object.assign(parts, own);
  }
  const readable = (text) =>
    encodeURIComponent(text).replace(/%(2C|2F|3A|40)/g, decodeURIComponent);
  const pairs = Object.entries(parts).map(([name, text]) => `${name}=${readable(text)}`);
  return `#${pairs.join("&")}`;
}

/** Return the texts of a panel in the address, or null if it is of another tab. */
function inAddress(panel) {
  if (!isOn(panel, tabOf())) return null;
  return texts(Object.fromEntries(new URLSearchParams(location.hash.slice(1))), NAMES[panel]);
}

function linkOf(hash) {
  return Object.keys(LINKS).find((start) => hash.startsWith(start));
}

function isOn(panel, tab) {
  return !panel || `${tab}/`.startsWith(`${panel}/`);
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function texts(given, names) {
  const fine = names.filter((name) => typeof given?.[name] === "string");
  return Object.fromEntries(fine.map((name) => [name, given[name]]));
}
