// The upload form of images: a drop area, how to crop them, and the name.

import { button, make, segments } from "../../core/dom.js";
import { chosen, dropped, parcel } from "./files.js";
import { weight } from "./words.js";

const FILES_MOST = 300000; // per drop; the server accepts far fewer

/**
 * {element, show(listed), busy(yes), showMessage(sentence)}; `on` has send(parcel, options) and
 * bring(folder, options): options are {name, size, fit}.
 */
export function picker({ say, longest, on }) {
  let found = null; // the files that wait for the button
  let listed = {};
  let working = false;
  const options = { size: 64, fit: "crop" };
  const input = (properties) =>
    make("input", { type: "file", hidden: true, multiple: true, ...properties });
  const files = input({ accept: "image/*,.zip,application/zip" });
  const folder = input({ webkitdirectory: true });
  const pick = [
    [files, "choose_files"],
    [folder, "choose_folder"],
  ].map(([box, key]) => {
    const made = button(say(key));
    made.addEventListener("click", () => box.click());
    box.addEventListener("change", () => {
      if (box.files.length) take(chosen(box.files));
      box.value = "";
    });
    return made;
  });
  const what = make("p", { className: "im-what", role: "status", textContent: say("drop") });
  const place = make(
    "div",
    { className: "im-drop" },
    what,
    make("div", { className: "ls-row" }, ...pick),
    files,
    folder,
  );
  const name = make("input", { type: "text", maxLength: longest, autocomplete: "off" });
  const read = button(say("read"), "ls-primary");
  const path = make("input", {
    type: "text",
    autocomplete: "off",
    placeholder: say("folder_example"),
  });
  const readPath = button(say("read_folder"));
  const local = make(
    "form",
    { className: "im-local" },
    make("label", { className: "ls-field" }, make("span", {}, say("folder")), path),
    readPath,
  );
  readPath.type = "submit";
  const wrong = make("p", { className: "ls-error", role: "alert" });
  const rows = make("div", { className: "im-options" });
  const element = make("section", { className: "im-pick" }, place, rows, wrong, local);
  const controls = {};

  function field(key, made) {
    const called = make("span", {}, say(key));
    return make("div", { className: "ls-field", title: say(`${key}_hint`) }, called, made);
  }

  function buildFields() {
    const choice = (key, values, text) => {
      const made = segments(
        say(key),
        values.map((value) => [value, text(value)]),
        (value) => {
          options[key] = value;
          made.set(value);
        },
      );
      made.set(options[key]);
      return made;
    };
    controls.size = choice("size", listed.sizes, (value) => String(value));
    controls.fit = choice("fit", listed.fits, (value) => say(`fit_${value}`));
    rows.replaceChildren(
      field("size", controls.size.element),
      field("fit", controls.fit.element),
      make("label", { className: "ls-field" }, make("span", {}, say("name")), name),
      read,
    );
  }

  function take(all) {
    wrong.textContent = "";
    found = null;
    if (!all.length) showMessage(say("nothing_chosen"));
    else {
      found = parcel(all);
      name.value = found.name;
      const values = {
        name: all[0].name,
        count: all.length.toLocaleString(),
        size: weight(found.bytes),
      };
      what.textContent = say(all.length === 1 ? "chosen_one" : "chosen", values);
      if (found.bytes > listed.most_mb * 1e6) {
        showMessage(say("too_large", { most: listed.most_mb.toLocaleString() }));
        found = null;
      }
    }
    render();
    if (found) read.focus();
  }

  function showMessage(sentence) {
    wrong.textContent = sentence;
  }

  function forget() {
    found = null;
    name.value = path.value = "";
    what.textContent = say("drop");
    render();
  }

  function render() {
    read.disabled = working || !found;
    for (const one of [...pick, readPath]) one.disabled = working || !listed.may;
    local.hidden = !listed.folders;
  }

  read.addEventListener("click", async () => {
    if (await on.send(found, { ...options, name: name.value.trim() || found.name })) forget();
  });
  name.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !read.disabled) read.click();
  });
  local.addEventListener("submit", async (event) => {
    event.preventDefault();
    showMessage("");
    const wanted = path.value.trim();
    if (wanted && (await on.bring(wanted, { ...options, name: name.value.trim() }))) forget();
  });
  element.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    if (!working) place.classList.add("im-over");
  });
  element.addEventListener("dragleave", (event) => {
    if (!element.contains(event.relatedTarget)) place.classList.remove("im-over");
  });
  element.addEventListener("drop", async (event) => {
    place.classList.remove("im-over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    if (working || !listed.may) return;
    const onCount = (count) => {
      what.textContent = say("gathering", { count: count.toLocaleString() });
    };
    take(await dropped(event.dataTransfer, FILES_MOST, onCount));
  });

  return {
    element,
    showMessage,
    show(now) {
      const first = !listed.sizes;
      listed = now;
      if (first) buildFields();
      if (!now.may) showMessage(say("may_not"));
      render();
    },
    busy(yes) {
      working = yes;
      render();
    },
  };
}
