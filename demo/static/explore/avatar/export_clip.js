// Exports by the server, for the page as for programs: the call `export_clip` of the API.

import { root } from "../../core/upload.js";

/**
 * Export the clip of a recipe. Resolves to the file, a Blob, or to null once `signal` aborts it.
 *
 * show(html): the progress. Rejects with an Error, whose message is the server's sentence, or empty
 * without an answer.
 */
export async function exportClip(recipe, { signal, show }) {
  try {
    const address = `${root()}/gradio_api/call/export_clip`;
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ data: [recipe] });
    const call = await answer(address, { method: "POST", headers, body, signal });
    const { event_id } = await call.json();
    const path = await finished(`${address}/${event_id}`, { signal, show });
    if (path === null) return null;
    return await (await answer(`${root()}/gradio_api/file=${path}`, { signal })).blob();
  } catch (error) {
    if (signal.aborted) return null;
    throw error instanceof TypeError ? new Error("") : error; // fetch got no answer
  }
}

async function answer(address, options) {
  const response = await fetch(address, options);
  if (!response.ok) throw new Error((await response.json().catch(() => null))?.error ?? "");
  return response;
}

// Follow the events of a call: resolve to the path of its first file, or to null once it is aborted.
function finished(address, { signal, show }) {
  return new Promise((resolve, reject) => {
    const events = new EventSource(address);
    const end = (settle, value) => {
      events.close(); // the server cancels what nobody waits for
      settle(value);
    };
    events.addEventListener("generating", ({ data }) => show(JSON.parse(data).at(-1)));
    events.addEventListener("complete", ({ data }) => end(resolve, JSON.parse(data)[0].value.path));
    // an event of the server, or, without data, the end of the connection
    events.addEventListener("error", (/** @type {any} */ { data }) =>
      end(reject, new Error(JSON.parse(data ?? null)?.error ?? "")),
    );
    signal.addEventListener("abort", () => end(resolve, null));
    if (signal.aborted) end(resolve, null);
  });
}
