// Files dropped onto a part of the page, which has the class ls-drop during the drag.

/** Call take(file, target, dataTransfer) with the first file of each drop on `area`. */
export function acceptFiles(area, take) {
  area.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    area.classList.add("ls-drop");
  });
  area.addEventListener("dragleave", (event) => {
    if (!area.contains(event.relatedTarget)) area.classList.remove("ls-drop");
  });
  area.addEventListener("drop", (event) => {
    area.classList.remove("ls-drop");
    const file = event.dataTransfer.files[0];
    if (!file) return;
    event.preventDefault();
    take(file, event.target, event.dataTransfer);
  });
}
