// Draw a picture (or open a small one), have it found in latent space, watch the search.

const version = new URL(import.meta.url).search;
const load = (name) => import(`./${name}.js${version}`);
const [{ make, button, fill }, { paint }, { unpack }, { floats }] =
  await Promise.all(["dom", "paint", "engine", "latents"].map(load));

const SIDE = 280; // px of the sheet
const SENT = 140; // px of what the server is sent: five times what it keeps
const PEN = 22; // px, about as thick as MNIST's
const FILE_MAX = 5e6; // bytes
const STROKES_MAX = 20; // that can be undone

/**
 * `on` has find(payload): one step of the server's search; found(z, label, key): a state on the
 * way; back(): leave the search as if it had not been; model(): the panel's model.
 */
export class Sketch {
  constructor(words, on) {
    this.on = on;
    this.w = (key, values = {}) => fill(words[`explore.${key}`], values);
    const w = this.w;
    this.sheet = make("canvas", { width: SIDE, height: SIDE, className: "ls-sheet" });
    this.sheet.setAttribute("aria-label", w("sketch_label"));
    this.ink = this.sheet.getContext("2d", { willReadFrequently: true });
    this.find = button(w("find"), "ls-primary");
    this.clear = button(w("clear"));
    this.undo = button(w("undo_stroke"));
    this.file = make("input", { type: "file", accept: "image/*", hidden: true });
    this.open = button(w("open_image"));
    this.said = make("p", { className: "ls-note ls-verdict", role: "status" });
    this.bar = make("progress", { max: 1, value: 0 });
    this.yours = make("canvas", { className: "ls-pixels" });
    this.found = make("canvas", { className: "ls-pixels" });
    const figure = (canvas, key) =>
      make("figure", {}, canvas, make("figcaption", { className: "ls-note" }, w(key)));
    this.pair = make("div", { className: "ls-pair" },
      figure(this.yours, "yours"), figure(this.found, "models"));
    this.element = make("div", { className: "ls-companion" },
      make("div", { className: "ls-square" }, this.sheet),
      make("div", { className: "ls-row" }, this.find, this.undo, this.clear, this.open, this.file),
      this.bar, this.said, this.pair);
    this.find.addEventListener("click", () => (this.search ? this.cancel() : this.start()));
    this.clear.addEventListener("click", () => this.wipe());
    this.undo.addEventListener("click", () => this.unstroke());
    this.open.addEventListener("click", () => this.file.click());
    this.file.addEventListener("change", () => {
      if (this.file.files[0]) this.load(this.file.files[0]);
      this.file.value = "";
    });
    this.pens();
    this.wipe();
  }

  pens() {
    const at = (event) => {
      const box = this.sheet.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top].map((x) => (x * SIDE) / box.width);
    };
    let last = null;
    const stroke = (event) => {
      for (const step of event.getCoalescedEvents?.().concat(event) ?? [event]) {
        const now = at(step);
        this.ink.beginPath();
        this.ink.moveTo(...last);
        this.ink.lineTo(...now);
        this.ink.stroke();
        last = now;
      }
    };
    this.sheet.addEventListener("pointerdown", (event) => {
      if (event.button || this.search) return;
      event.preventDefault();
      this.sheet.setPointerCapture(event.pointerId);
      this.strokes = [...this.strokes, this.pixels()].slice(-STROKES_MAX);
      Object.assign(this.ink, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
      last = at(event);
      stroke(event);
      this.refresh();
    });
    this.sheet.addEventListener("pointermove", (event) => {
      if (last && this.sheet.hasPointerCapture(event.pointerId)) stroke(event);
    });
    for (const name of ["pointerup", "pointercancel"]) {
      this.sheet.addEventListener(name, () => { last = null; });
    }
  }

  pixels() {
    return this.ink.getImageData(0, 0, SIDE, SIDE);
  }

  refresh() {
    this.undo.disabled = !this.strokes.length || Boolean(this.search);
    this.clear.disabled = this.blank() || Boolean(this.search);
    this.find.disabled = !this.search && this.blank();
    this.open.disabled = Boolean(this.search);
    this.find.textContent = this.w(this.search ? "cancel" : "find");
    this.bar.classList.toggle("ls-none", !this.search);
    if (!this.search && this.blank()) this.said.textContent = this.w("sketch_hint");
  }

  blank() {
    return !this.strokes.length;
  }

  wipe() {
    this.strokes = [];
    this.ink.fillStyle = "#000";
    this.ink.fillRect(0, 0, SIDE, SIDE);
    this.pair.classList.add("ls-none");
    this.refresh();
  }

  unstroke() {
    const before = this.strokes.pop();
    if (before) this.ink.putImageData(before, 0, 0);
    this.refresh();
  }

  /** A picture from a file, as large as the sheet allows, on its own background. */
  async load(file) {
    try {
      if (file.size > FILE_MAX) throw new Error("large");
      const picture = await createImageBitmap(file);
      const before = this.pixels();
      const zoom = SIDE / Math.max(picture.width, picture.height);
      const [w, h] = [picture.width * zoom, picture.height * zoom];
      const [x, y] = [(SIDE - w) / 2, (SIDE - h) / 2];
      this.ink.fillStyle = "#fff"; // under whatever is transparent
      this.ink.fillRect(0, 0, SIDE, SIDE);
      this.ink.drawImage(picture, x, y, w, h);
      const [r, g, b] = this.ink.getImageData(Math.ceil(x), Math.ceil(y), 1, 1).data;
      this.ink.fillStyle = `rgb(${r} ${g} ${b})`;
      this.ink.fillRect(0, 0, SIDE, SIDE);
      this.ink.drawImage(picture, x, y, w, h);
      this.strokes = [...this.strokes, before].slice(-STROKES_MAX);
      this.said.textContent = "";
      this.refresh();
    } catch (error) {
      this.said.textContent = this.w(error.message === "large" ? "image_large" : "image_bad");
    }
  }

  payload() {
    const small = make("canvas", { width: SENT, height: SENT });
    const context = small.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(this.sheet, 0, 0, SENT, SENT);
    const { data } = context.getImageData(0, 0, SENT, SENT);
    const c = this.on.model().shape[2] === 3 ? 3 : 1;
    const bytes = new Uint8Array(SENT * SENT * c);
    for (let i = 0; i < SENT * SENT; i += 1) {
      const [r, g, b] = [data[4 * i], data[4 * i + 1], data[4 * i + 2]];
      if (c === 3) bytes.set([r, g, b], 3 * i);
      else bytes[i] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    }
    let text = "";
    for (let i = 0; i < bytes.length; i += 8192) {
      text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    }
    return { model: this.on.model().model, picture: btoa(text), h: SENT, w: SENT, c };
  }

  async start() {
    const search = { key: `find:${performance.now()}`, moved: false };
    this.search = search;
    [this.bar.value, this.said.textContent] = [0, this.w("searching")];
    this.refresh();
    let wish = this.payload();
    let sentence;
    try {
      while (this.search === search) {
        const answer = await this.on.find(wish);
        if (this.search !== search) return;
        if (answer.error) throw Object.assign(new Error(answer.error), { plain: true });
        this.step(answer, search);
        if (answer.done) {
          sentence = this.verdict(answer);
          break;
        }
        wish = { model: wish.model, state: answer.state };
      }
    } catch (error) {
      sentence = error.plain ? error.message : this.w("failed");
    }
    this.search = null;
    this.said.textContent = sentence;
    this.refresh();
  }

  step(answer, search) {
    search.moved = true;
    this.bar.value = answer.progress;
    this.awaited = true;
    this.on.found(floats(answer.z), answer.label, search.key);
    this.show(this.yours, unpack({ ...answer, pixels: answer.target }));
  }

  /** The big picture has changed: it is what the search found, if one asked for it. */
  drawn(image) {
    if (!this.awaited) return;
    this.awaited = false;
    this.show(this.found, image);
    this.pair.classList.remove("ls-none");
  }

  show(canvas, image) {
    paint(canvas, image);
    const zoom = Math.max(1, Math.floor(96 / image.h));
    canvas.style.width = canvas.style.height = `${image.h * zoom}px`;
  }

  verdict({ verdict, match, distance }) {
    const values = { match: Math.round(100 * match), error: Math.round(distance) };
    return this.w(`verdict_${verdict}`, values);
  }

  cancel() {
    const { moved } = this.search;
    [this.search, this.awaited] = [null, false];
    if (moved) this.on.back();
    this.pair.classList.add("ls-none");
    this.said.textContent = this.w("cancelled");
    this.refresh();
  }
}
