// Gradio's lists open as soon as they get the focus. Here they open on a press, Enter, Space or the
// arrow keys, as a select does, so that the Tab key passes them by.

const PICTURES = new URL("../menu.js", import.meta.url); // the file with page/menu_pictures.js
const KEYS = ["Enter", " ", "ArrowDown", "ArrowUp"];

const list = ({ target }) =>
  target instanceof HTMLInputElement && target.role === "combobox" ? target : null;
const isOpen = (box) => box.ariaExpanded === "true";

/** Let the lists of the page open only when they are asked to; `ask` is for `menuPictures`. */
export function openListsOnPress(ask) {
  let look = null; // a promise of what shows the pictures
  const show = (box) => {
    box.dispatchEvent(new FocusEvent("focus")); // what Gradio waits for
    const place = box.closest(".ls-model");
    if (!place) return;
    look ??= import(PICTURES.href).then(({ $page_menu_pictures: pictures }) =>
      pictures.menuPictures(place, ask),
    );
    look.then(
      (now) => now(),
      () => (look = null), // offline: the names do without
    );
  };
  document.addEventListener(
    "focus",
    (event) => {
      if (list(event) && event.isTrusted) event.stopImmediatePropagation();
    },
    true,
  );
  document.addEventListener(
    "keydown",
    (event) => {
      const box = list(event);
      if (!box || isOpen(box)) return;
      event.stopImmediatePropagation(); // any other key would open it, too
      if (!KEYS.includes(event.key)) return;
      event.preventDefault();
      show(box);
    },
    true,
  );
  document.addEventListener("click", (event) => {
    const box = list(event);
    if (box && !isOpen(box)) show(box);
  });
}
