// The open tab is part of the address: a reload opens it again, and Back and Forward walk between
// tabs. A link to a picture or a clip opens the tab it belongs to.

import { showTab, tabOf, watchAddress } from "./address.js";
import { sleep } from "../core/debounce.js";
import { watchPresence } from "./presence.js";

const [TABS, VIEWS] = [".ls-tabs", ".tr-views"];
const BAR = " > .tab-wrapper [role=tab]"; // Gradio's buttons
const [AGAIN_MS, TRIES] = [50, 200]; // the views come after their tab has been opened

/** @type {(selector: string) => HTMLElement | null} */
const find = (selector) => document.querySelector(selector);

const nameOfOpen = (group) => find(`${group}${BAR}[aria-selected=true]`)?.dataset.tabId;

/** Open the tabs in the address, now and when it changes, and keep it up to date. */
export function followAddress() {
  let turn = 0; // of openings: another one or the visitor's own press ends it
  let opening = false;

  async function follow() {
    const mine = ++turn;
    opening = true;
    const names = tabOf().split("/");
    for (const [k, group] of [TABS, VIEWS].slice(0, names.length).entries()) {
      const chosen = `${group}${BAR}[data-tab-id="${CSS.escape(names[k])}"]`;
      for (let tries = k ? TRIES : 1; tries && !find(chosen); tries -= 1) await sleep(AGAIN_MS);
      if (mine !== turn) return;
      if (find(chosen)?.ariaSelected === "false") find(chosen).click();
    }
    opening = false;
  }

  async function press(event) {
    if (event.target.closest(".ls-skip")) return skip(event);
    if (!event.target.closest(".tab-wrapper") || (opening && !event.isTrusted)) return;
    turn += 1;
    opening = false;
    const pressed = event.target.closest("[role=tab]");
    if (!pressed) await sleep(0); // a tab in the menu of those that do not fit: until it is open
    const name = (group) =>
      pressed?.matches(group + BAR) ? pressed.dataset.tabId : nameOfOpen(group);
    const tab = pressed?.matches(VIEWS + BAR) ? "train" : name(TABS);
    showTab(tab === "train" && name(VIEWS) ? `${tab}/${name(VIEWS)}` : tab);
  }

  watchAddress();
  watchPresence();
  follow();
  addEventListener("popstate", follow);
  document.addEventListener("click", press);
}

// The first link of the page leads past the header and the tabs.
function skip(event) {
  event.preventDefault(); // the address holds the open tab
  const panels = /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll(`${TABS} > [role=tabpanel]`)
  );
  const shown = [...panels].find((one) => one.offsetParent);
  if (!shown) return;
  shown.tabIndex = -1;
  shown.focus();
}
