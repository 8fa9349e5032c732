// The offer to resume the visitor's run that stopped with the server, until they resume or dismiss it.

import { formatNumber } from "../../core/format.js";
import { readText, writeText } from "../../core/storage.js";

const DISMISSED = "latent-studio.dismissed"; // a run, and the step at which it had stopped

/**
 * Create {show(found)} of {run, title, step}, or of nothing. `resume(run)` returns whether that could
 * be done: it goes on, or is in the queue.
 */
export function stoppedRun(parts, { say, resume }) {
  let name = "";
  let mark = "";

  function show(found) {
    name = found?.run ?? "";
    mark = `${name} ${found?.step}`;
    parts.stopped.hidden = !found || readText(DISMISSED) === mark;
    if (!found) return;
    const values = { run: found.title, step: formatNumber(found.step) };
    parts.stoppedAt.textContent = say("watch.stopped", values);
  }

  parts.resume.addEventListener("click", async () => {
    parts.resume.disabled = true;
    if (await resume(name)) show(null);
    parts.resume.disabled = false;
  });
  parts.dismiss.addEventListener("click", () => {
    writeText(DISMISSED, mark);
    show(null);
  });
  return { show };
}
