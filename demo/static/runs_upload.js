// A run's zip on its way to the server.

/** Resolves to the server's answer, or {offline: true}; on(share) tells how much has been sent. */
export function uploadRun({ file, address, header, who, on }) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest(); // fetch cannot tell how far it is
    request.open("POST", address);
    request.setRequestHeader(header, encodeURIComponent(who));
    request.setRequestHeader("content-type", "application/zip");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => on(event.loaded / (event.total || 1)));
    request.addEventListener("load", () => resolve(request.response ?? { offline: true }));
    request.addEventListener("error", () => resolve({ offline: true }));
    on(0);
    request.send(file);
  });
}
