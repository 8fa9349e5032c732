// The picture of each model before its name in the opened menu. Loaded when the menu is first opened.
// Gradio draws the names, so a picture is a style of its row, which changes no text.

import { pictureUrl } from "../core/base64.js";

/**
 * Show pictures in the menu inside `place`. Return look(), to be called when it is opened;
 * ask({have}) is `pictures` of demo/explore/menu_pictures.py.
 */
export function menuPictures(place, ask) {
  const known = new Map(); // by name: [version, PNG in base64]
  let asked = new Set(); // names, since the menu was opened
  let busy = false; // a request is in progress

  const rows = () => [...place.querySelectorAll("[role=option]")];

  function paint() {
    for (const row of rows()) {
      const [, picture] = known.get(row.ariaLabel) ?? [];
      const image = picture ? `url(${pictureUrl(picture)})` : "";
      if (row.style.getPropertyValue("--picture") !== image) {
        row.style.setProperty("--picture", image);
      }
    }
  }

  /** Ask for the pictures of the rows in view, each once, in one request at a time. */
  async function fetchSeen() {
    paint();
    if (busy) return;
    const list = place.querySelector(".options")?.getBoundingClientRect();
    const isSeen = (row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return top < list.bottom && bottom > list.top;
    };
    const names = rows().filter((row) => isSeen(row) && !asked.has(row.ariaLabel));
    if (!names.length) return;
    const have = names.map(({ ariaLabel: name }) => [name, known.get(name)?.[0] ?? ""]);
    for (const [name] of have) asked.add(name);
    busy = true;
    const answer = await ask({ have: Object.fromEntries(have) }).catch(() => ({}));
    busy = false;
    for (const [name, found] of Object.entries(answer.pictures ?? {})) known.set(name, found);
    fetchSeen(); // the list may have been scrolled meanwhile
  }

  // the list comes a moment after it was opened, and the server may have another one
  new MutationObserver(fetchSeen).observe(place, {
    attributes: true,
    attributeFilter: ["aria-label", "style"],
    childList: true,
    subtree: true,
  });
  place.addEventListener("scroll", fetchSeen, { capture: true, passive: true });
  return function look() {
    asked = new Set();
    fetchSeen();
  };
}
