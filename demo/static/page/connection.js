// One line at the top of the page while the server cannot be reached. What is drawn in the browser
// goes on; the panels that poll go on by themselves when the server is back.

import { sleep } from "../core/debounce.js";
import { make } from "../core/dom.js";
import { onSilence } from "../core/visitor.js";

const AGAIN_MS = 2000;
const HEARTBEAT = "/heartbeat/"; // of the request that Gradio's page keeps open as long as it can
const SCRIPTS = new URL("../explore.js", import.meta.url); // of this page's version

/** Monitor the connection; call back() when the server can be reached again. */
export function watchConnection(words, back) {
  const line = make("p", { className: "ls-offline ls-error", role: "status" });
  document.querySelector(".ls-tabs")?.before(line);
  let looking = false;

  async function look() {
    if (looking) return;
    looking = true;
    let status = await reached();
    const isLost = !status;
    while (!status) {
      line.textContent = words["app.offline"];
      await sleep(AGAIN_MS);
      status = await reached();
    }
    looking = false;
    if (status === 404) location.reload(); // the server has another version of the scripts
    line.textContent = "";
    if (isLost) back();
  }
  onSilence(look);
  addEventListener("offline", look); // a request that waits for its end tells nothing of it
  new PerformanceObserver((ended) => {
    if (ended.getEntries().some(({ name }) => name.includes(HEARTBEAT))) look();
  }).observe({ type: "resource" });
}

/** Resolve to the status of an answer, 0 without one. */
async function reached() {
  try {
    const { status } = await fetch(SCRIPTS, { method: "HEAD", cache: "no-store" });
    return status < 500 ? status : 0; // a proxy answers for a server that is gone
  } catch {
    return 0;
  }
}
