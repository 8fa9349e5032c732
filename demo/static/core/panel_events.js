// Messages between the panels of the Train tab, and its views.

/** Send a message to the other panels. */
export const notify = (name, detail = "") =>
  document.dispatchEvent(new CustomEvent(name, { detail }));

/** Notify all training views of a change. */
export function changed() {
  for (const name of ["ls:train", "ls:state"]) notify(name);
}

/**
 * Return the button of a view, or null before the Train tab has been opened.
 *
 * @returns {HTMLElement | null}
 */
export const viewTab = (name) =>
  document.querySelector(`.tr-views [role=tab][data-tab-id="${name}"]`);
