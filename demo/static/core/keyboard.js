// Keyboard shortcuts of a tab.

const TEXTS = "input:not([type=range], [type=checkbox]), textarea, [contenteditable]";

/**
 * Listen to the keys of the page while isActive() and no text field has the focus. Ctrl-Z and Ctrl-Y
 * call undo() and redo() of `steps`; for any other key, `find(event)` returns what to call, or null.
 */
export function shortcuts(isActive, steps, find) {
  document.addEventListener("keydown", (event) => {
    if (!isActive() || /** @type {Element} */ (event.target).closest?.(TEXTS)) return;
    const key = event.key.toLowerCase();
    let work = null;
    if (!(event.ctrlKey || event.metaKey)) work = find(event);
    else if (key === "y" || (key === "z" && event.shiftKey)) work = () => steps.redo();
    else if (key === "z") work = () => steps.undo();
    if (!work) return;
    event.preventDefault();
    work();
  });
}
