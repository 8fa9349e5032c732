// The gallery in localStorage. Its content is untrusted: it is checked
// whenever it is read. Pages of one browser share it, so every change starts from the stored state.

export const KEY = "latent-studio.gallery";
export const MOST = 60;
export const NAME_MAX = 80;
const THUMB_MAX = 100000; // characters
const THUMB_START = "data:image/png;base64,";

/** Whether a stored recipe can be opened, if it also fits its model. */
const isSound = ({ model, seed, scale }) =>
  typeof model === "string" && Number.isInteger(seed) && seed >= 0 && scale >= 0;

/** Return the valid items of the text: [{id, name, recipe, thumb, kept_at}], newest first. */
function tidy(text) {
  let given = null;
  try {
    given = JSON.parse(text);
  } catch {
    /* damaged as a whole: an empty gallery */
  }
  const seen = new Set();
  const tidied = (item) => {
    try {
      const { id, name, recipe, thumb, kept_at } = item;
      if (typeof id !== "string" || seen.has(id) || typeof name !== "string") return [];
      if (!isSound(recipe)) return [];
      seen.add(id);
      const picture =
        typeof thumb === "string" && thumb.startsWith(THUMB_START) && thumb.length <= THUMB_MAX;
      const short = name.slice(0, NAME_MAX);
      const time = Number.isFinite(kept_at) ? kept_at : 0;
      return [{ id, name: short, recipe, thumb: picture ? thumb : "", kept_at: time }];
    } catch {
      return [];
    }
  };
  return (Array.isArray(given) ? given : []).flatMap(tidied).slice(0, MOST);
}

export class GalleryStore {
  /** onchange(): another page of this browser has changed the gallery. */
  constructor(onchange) {
    this.items = [];
    this.refresh();
    window.addEventListener("storage", ({ key }) => {
      if (key !== KEY && key !== null) return;
      this.refresh();
      onchange();
    });
  }

  /** Read the stored items; without storage those of this visit stay. */
  refresh() {
    try {
      this.items = tidy(localStorage.getItem(KEY));
    } catch {
      /* storage is forbidden */
    }
  }

  /**
   * Replace the items by edit(items). Return "" if that is stored, "forbidden" if it lasts for
   * this visit only, and "most" or "full" if nothing was changed.
   */
  change(edit) {
    this.refresh();
    const items = edit(this.items);
    if (items.length > Math.max(MOST, this.items.length)) return "most";
    try {
      localStorage.setItem(KEY, JSON.stringify(items));
    } catch (error) {
      if (error.name === "QuotaExceededError") return "full";
      this.items = items;
      return "forbidden";
    }
    this.items = items;
    return "";
  }
}
