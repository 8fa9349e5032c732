// A file on its way to the server.

/** Where this page lies: what is served beside it has its address behind this. */
export const root = () => (window.gradio_config?.root ?? "").replace(/\/+$/, "");

/**
 * Send a body of a type: {answer, stop}, where `answer` resolves to the server's, {offline: true}
 * or {stopped: true}; on(share) tells how much has gone.
 */
export function send({ body, type, address, header, who, on }) {
  const request = new XMLHttpRequest(); // fetch cannot tell how far it is
  const answer = new Promise((resolve) => {
    request.open("POST", address);
    request.setRequestHeader(header, encodeURIComponent(who));
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
