// File uploads.

import { HEADER, identify } from "./visitor.js";

/** Return the root path of the page. */
export const root = () => (window.gradio_config?.root ?? "").replace(/\/+$/, "");

/**
 * Upload a body. Return {answer, stop}: `answer` resolves to the server's, {offline: true}
 * or {stopped: true}; on(fraction) reports the progress.
 */
export function send({ body, type, address, on }) {
  const request = new XMLHttpRequest(); // fetch does not report upload progress
  const answer = new Promise((resolve) => {
    request.open("POST", address);
    request.setRequestHeader(HEADER, identify());
    request.setRequestHeader("content-type", type);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => on(event.loaded / (event.total || 1)));
    request.addEventListener("load", () => resolve(request.response ?? { offline: true }));
    request.addEventListener("error", () => resolve({ offline: true }));
    request.addEventListener("abort", () => resolve({ stopped: true }));
  });
  on(0);
  request.send(body);
  return { answer, stop: () => request.abort() };
}
