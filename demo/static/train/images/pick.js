// The upload form of images or clips: a drop area, how to crop and cut them, and the name.

import { html, segments } from "../../core/dom.js";
import { helped } from "../../core/help.js";
import { acceptFiles } from "../../core/file_drop.js";
import { fileSize, formatNumber } from "../../core/format.js";
import { chosen, dropped, parcel, someMove } from "./files.js";

const FILES_MOST = 300000; // per drop; the server accepts far fewer

/**
 * {element, show(listed), busy(yes), choose(texts), texts()}; `on` has send(parcel, options) and
 * bring(folder, options), whose options are {name, size, fit, fps, length, folders}, and changed(). The
 * texts, of all options but the name, are foreign.
 */
export function picker({ say, longest, on }) {
  let found = null; // the files that wait for the button
  let listed = {};
  let working = false;
  const usual = { size: 64, fit: "crop", fps: 12, length: 32, folders: "classes" };
  let options = { ...usual };
  const choices = {}; // by option: {values, set}
  const parts = html`
    <section class="ls-column im-pick">
      <div class="ls-column im-drop">
        <p class="im-what" role="status" ref="what">${say("drop")}</p>
        <div class="ls-row">
          <button class="ls-btn" ref="chooseFiles">${say("choose_files")}</button>
          <button class="ls-btn" ref="chooseFolder">${say("choose_folder")}</button>
        </div>
        <input type="file" accept="image/*,video/*,.heic,.heif,.avif,.mkv,.zip,application/zip" multiple hidden ref="files">
        <input type="file" webkitdirectory multiple hidden ref="folder">
      </div>
      <div class="im-options" hidden ref="rows">
        <label class="ls-field"><span>${say("name")}</span>
          <input type="text" maxlength="${longest}" autocomplete="off" ref="name"></label>
        <button class="ls-btn ls-primary" ref="read">${say("read")}</button>
      </div>
      <details class="im-clips" ref="clips"><summary>${say("clips")}</summary>
        <div class="im-options" ref="cutting"></div></details>
      <p class="ls-error" role="alert" ref="error"></p>
      <form class="im-local" ref="local">
        <label class="ls-field"><span>${say("folder")}</span>
          <input type="text" autocomplete="off" placeholder="${say("folder_example")}" ref="path">
        </label>
        <button class="ls-btn" ref="readPath">${say("read_folder")}</button>
      </form>
    </section>`;
  const { element, what, chooseFiles, chooseFolder, rows, name, read, error, local, path } = parts;

  for (const [made, box] of [
    [chooseFiles, parts.files],
    [chooseFolder, parts.folder],
  ]) {
    made.addEventListener("click", () => box.click());
    box.addEventListener("change", () => {
      if (box.files.length) take(chosen(box.files));
      box.value = "";
    });
  }

  function choice(key, values, text) {
    const made = segments(
      say(key),
      values.map((value) => [value, text(value)]),
      (value) => {
        options[key] = value;
        made.set(value);
        on.changed();
      },
    );
    choices[key] = { values, set: made.set };
    const { element } = html`
      <div class="ls-field"><span>${say(key)}</span>${made.element}</div>`;
    return helped(element, say(key), say(`${key}_hint`));
  }

  function choose(texts) {
    options = { ...usual };
    for (const key of Object.keys(usual)) {
      if (key in texts)
        options[key] = typeof usual[key] === "number" ? Number(texts[key]) : texts[key];
    }
    for (const [key, { values, set }] of Object.entries(choices)) {
      if (!values.includes(options[key])) options[key] = usual[key];
      set(options[key]);
    }
  }

  function take(all) {
    error.textContent = "";
    found = null;
    if (!all.length) error.textContent = say("nothing_chosen");
    else {
      found = parcel(all);
      name.value = found.name;
      parts.clips.open ||= someMove(all);
      const count = formatNumber(all.length);
      const values = { name: all[0].name, count, size: fileSize(found.bytes) };
      what.textContent = say(all.length === 1 ? "chosen_one" : "chosen", values);
      if (found.bytes > listed.most_mb * 1e6) {
        error.textContent = say("too_large", { most: formatNumber(listed.most_mb) });
        found = null;
      }
    }
    render();
    if (found) read.focus();
  }

  function forget() {
    found = null;
    name.value = path.value = "";
    what.textContent = say("drop");
    render();
  }

  function render() {
    read.disabled = working || !found;
    for (const one of [chooseFiles, chooseFolder, parts.readPath])
      one.disabled = working || !listed.may;
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
    error.textContent = "";
    const wanted = path.value.trim();
    if (wanted && (await on.bring(wanted, { ...options, name: name.value.trim() }))) forget();
  });
  acceptFiles(element, async (_file, _target, data) => {
    if (working || !listed.may) return;
    const onCount = (count) => {
      what.textContent = say("gathering", { count: formatNumber(count) });
    };
    take(await dropped(data, FILES_MOST, onCount));
  });

  return {
    element,
    show(now) {
      if (!listed.sizes) {
        const fits = choice("fit", now.fits, (value) => say(`fit_${value}`));
        rows.prepend(choice("size", now.sizes, String), fits);
        parts.cutting.append(
          choice("fps", now.fps, String),
          choice("length", now.lengths, String),
          choice("folders", now.folder_kinds, (value) => say(`folders_${value}`)),
        );
        rows.hidden = false;
        choose(options);
      }
      listed = now;
      if (!now.may) error.textContent = say("may_not");
      render();
    },
    busy(yes) {
      working = yes;
      render();
    },
    choose,
    texts: () => Object.fromEntries(Object.entries(options).map(([key, one]) => [key, `${one}`])),
  };
}
