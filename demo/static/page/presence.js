// Tells the server that this page is open while its visitor trains or is in the queue. The server
// gives the places of absent visitors to others. Reporting continues after a reload.

import { SESSION, readText, writeText } from "../core/storage.js";
import { root } from "../core/upload.js";

const KEY = "latent-studio.present";
const EVERY_MS = 5000;
const HIDDEN_MS = 1000; // a page is hidden before it is closed, and a phone's soon stops
const ID = Math.random().toString(36).slice(2); // the visitor may have several pages

let timer = 0;

/** Resume reporting after a reload, and report when the page is hidden or closed. Call once. */
export function watchPresence() {
  if (readText(KEY, SESSION)) tell();
  document.addEventListener("visibilitychange", () => timer && again(HIDDEN_MS));
  addEventListener("pagehide", () => timer && send("closed").catch(() => {}));
}

/** Report until the server answers that the visitor has neither a run nor a place in the queue. */
export function stayPresent() {
  if (timer) return;
  writeText(KEY, "yes", SESSION);
  tell();
}

async function tell() {
  again(EVERY_MS);
  const asked = send(document.hidden ? "hidden" : "open");
  const answer = await asked.then((response) => response.json()).catch(() => null); // offline
  if (answer?.holds !== false) return;
  clearTimeout(timer);
  timer = 0;
  writeText(KEY, "", SESSION);
}

function send(page) {
  const options = { method: "POST", keepalive: true }; // sent although the page closes
  return fetch(`${root()}/studio/presence?page=${page}&id=${ID}`, options);
}

function again(pause) {
  clearTimeout(timer);
  timer = setTimeout(tell, pause);
}
