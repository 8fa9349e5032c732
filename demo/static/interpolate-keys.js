// The keyframe strip: thumbnails to choose from, and what can be done to the chosen one.
// It changes nothing itself: it asks `change(keys, chosen)`.

export const MOST = 64;
const SEED_MAX = 2 ** 32 - 1;

function readSeed(text) {
  return /^\d{1,10}$/.test(text.trim()) && +text <= SEED_MAX ? +text : null;
}

export const MARKUP = (say) => `
  <div class="lc-strip" role="listbox" aria-orientation="horizontal"
    aria-label="${say("keys")}"></div>
  <div class="ls-row lc-tools">
    <label class="ls-field lc-class"><span>${say("class")}</span><select></select></label>
    <label class="ls-field lc-seed"><span>${say("seed")}</span>
      <input inputmode="numeric" autocomplete="off" maxlength="10"></label>
    <button class="ls-btn" data-do="left" aria-label="${say("left")}"
      title="${say("left")}">←</button>
    <button class="ls-btn" data-do="right" aria-label="${say("right")}"
      title="${say("right")}">→</button>
    <button class="ls-btn" data-do="delete">${say("delete")}</button>
    <span class="lc-gap"></span>
    <button class="ls-btn" data-do="add">${say("add")}</button>
    <button class="ls-btn" data-do="explore" hidden>${say("add_explore")}</button>
    <button class="ls-btn" data-do="undo">${say("undo")}</button>
  </div>
  <p class="ls-error lc-key-error" role="status"></p>`;

// paint(canvas, raw, {width, height, channels}); explored(): a key of the Explore tab, or null;
// classText(class or weights): in a few characters.
export function strip(root, say, { change, undo, pick, explored, paint, classText }) {
  const list = root.querySelector(".lc-strip");
  const classField = root.querySelector(".lc-class");
  const classBox = classField.querySelector("select");
  const seedBox = root.querySelector(".lc-seed input");
  const error = root.querySelector(".lc-key-error");
  const button = (name) => root.querySelector(`[data-do="${name}"]`);
  let keys = [];
  let chosen = 0;
  let classes = 0;
  let at = -1;

  const classOf = (key) => classText(key.weights ?? key.label);
  const edit = (key) => change(keys.map((old, i) => (i === chosen ? key : old)), chosen);
  const insert = (key) => change(keys.toSpliced(chosen + 1, 0, key), chosen + 1);

  function swap(to) {
    const next = keys.slice();
    [next[chosen], next[to]] = [next[to], next[chosen]];
    change(next, to);
  }

  const actions = {
    left: () => swap(chosen - 1),
    right: () => swap(chosen + 1),
    delete: () => change(keys.toSpliced(chosen, 1), Math.min(chosen, keys.length - 2)),
    add: () => insert({
      seed: Math.floor(Math.random() * 100000), // short enough to read out
      label: classes ? Math.floor(Math.random() * classes) : 0,
    }),
    explore: () => insert(explored()),
    undo,
  };

  root.querySelector(".lc-tools").addEventListener("click", (event) => {
    const name = event.target.closest("button")?.dataset.do;
    if (!name) return;
    error.textContent = "";
    actions[name]();
  });
  classBox.addEventListener("change", () => {
    const { weights, ...key } = keys[chosen];
    edit({ ...key, label: +classBox.value });
  });
  seedBox.addEventListener("change", () => {
    const seed = readSeed(seedBox.value);
    error.textContent = seed === null ? say("seed_bad") : "";
    const { z, ...key } = keys[chosen];
    if (seed !== null) edit({ ...key, seed });
  });
  list.addEventListener("click", (event) => {
    const card = event.target.closest(".lc-key");
    if (card) pick([...list.children].indexOf(card));
  });
  list.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move) return;
    event.preventDefault();
    pick((chosen + move + keys.length) % keys.length);
    list.children[chosen].focus();
  });

  function card(key, index) {
    const old = list.children[index];
    const box = old ?? document.createElement("button");
    if (!old) {
      box.className = "lc-key";
      box.setAttribute("role", "option");
      box.innerHTML = '<canvas class="ls-pixels"></canvas><span></span>';
      list.append(box);
    }
    const seed = key.z ? say("explored") : key.seed;
    box.lastChild.textContent = classes ? `${classOf(key)} · ${seed}` : seed;
    box.setAttribute("aria-selected", index === chosen);
    box.tabIndex = index === chosen ? 0 : -1;
    const name = classes ? say("key_class", { n: index + 1, label: classOf(key), seed }) : "";
    box.setAttribute("aria-label", name || say("key", { n: index + 1, seed }));
    return box;
  }

  return {
    // thumb(key): {raw, width, height, channels} or undefined while it is on its way
    show(state, thumb) {
      ({ keys, chosen, classes } = state);
      while (list.children.length > keys.length) list.lastChild.remove();
      keys.forEach((key, index) => {
        const box = card(key, index);
        const picture = thumb(key);
        box.classList.toggle("lc-late", !picture);
        if (picture) paint(box.firstChild, picture.raw, picture);
      });
      classField.hidden = !classes;
      const { weights, label } = keys[chosen];
      const names = [...(weights ? [classText(weights)] : []), ...Array(classes).keys()];
      if (String(Array.from(classBox, (option) => option.text)) !== String(names)) {
        classBox.replaceChildren(...names.map((name) => new Option(name)));
      }
      classBox.value = names[weights ? 0 : label];
      seedBox.value = keys[chosen].seed ?? "";
      button("left").disabled = chosen === 0;
      button("right").disabled = chosen === keys.length - 1;
      button("delete").disabled = keys.length <= 2;
      button("add").disabled = button("explore").disabled = keys.length >= MOST;
      button("explore").hidden = !explored();
      button("undo").disabled = !state.past.length;
    },
    // Put keys after the chosen one, as many as there is room for, and say so if it is not all.
    insert(more) {
      const fit = more.slice(0, MOST - keys.length);
      if (fit.length) change(keys.toSpliced(chosen + 1, 0, ...fit), chosen + fit.length);
      const left = more.length - fit.length;
      error.textContent = left ? say("full", { most: MOST, n: left }) : "";
    },
    // The keyframe now being left: marked in the strip, -1 for none.
    mark(index) {
      if (index === at) return;
      list.children[at]?.classList.remove("lc-at");
      list.children[index]?.classList.add("lc-at");
      at = index;
    },
    reveal() {
      const box = list.children[chosen];
      const left = box.offsetLeft - list.offsetLeft;
      if (left < list.scrollLeft || left + box.offsetWidth > list.scrollLeft + list.clientWidth) {
        list.scrollLeft = left - list.clientWidth / 2;
      }
    },
  };
}
