// What the gallery keeps in localStorage. It may be damaged or a stranger's work: it is checked
// whenever it is read. Pages of one browser share it, so every change starts from what is stored.

export const KEY = "latent-studio.gallery";
export const MOST = 60;
export const NAME_MAX = 80;
const THUMB_MAX = 100000; // characters
const THUMB_START = "data:image/png;base64,";

/** What the text holds that is right: [{id, name, recipe, thumb, kept_at}], newest first. */
function tidy(text, recipes) {
  let given = null;
  try {
    given = JSON.parse(text);
  } catch {
    /* damaged as a whole: an empty gallery */
  }
  const seen = new Set();
  const tidied = (item) => {
    try {
      const { id, name, thumb, kept_at } = item;
      const recipe = recipes.check(item.recipe);
      if (typeof id !== "string" || seen.has(id) || typeof name !== "string") return [];
      seen.add(id);
      const picture =
        typeof thumb === "string" && thumb.startsWith(THUMB_START) && thumb.length <= THUMB_MAX;
      return [
        {
          id,
          name: name.slice(0, NAME_MAX),
          recipe,
          thumb: picture ? thumb : "",
          kept_at: Number.isFinite(kept_at) ? kept_at : 0,
        },
      ];
    } catch {
      return [];
    }
  };
  return (Array.isArray(given) ? given : []).flatMap(tidied).slice(0, MOST);
}

export class Store {
  /** `recipes`: an ImageRecipes. onchange(): another page of this browser has changed what is stored. */
  constructor(recipes, onchange) {
    this.recipes = recipes;
    this.items = [];
    this.refresh();
    window.addEventListener("storage", ({ key }) => {
      if (key !== KEY && key !== null) return;
      this.refresh();
      onchange();
    });
  }

  /** Take over what is stored; where nothing can be, what this visit has seen stays. */
  refresh() {
    try {
      this.items = tidy(localStorage.getItem(KEY), this.recipes);
    } catch {
      /* storage is forbidden */
    }
  }

  /**
   * Replace the items by edit(items). Gives "" when that is stored, "forbidden" when it holds for
   * this visit only, and "most" or "full" when nothing was changed.
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
