// Latents in, images out. Today the server draws; a browser-side generator can take its place.

const PATIENCE_MS = 20000;

/**
 * One drawing channel: at most one request in flight, only the newest waiting one kept.
 * `server` is the panel's, with the server function `draw` of demo/drawing.py.
 */
export class Engine {
  constructor(server) {
    this.server = server;
    this.flying = false;
    this.waiting = null;
  }

  /**
   * Images of the latents `zs`, one label each (a number, or a list of class weights).
   *
   * Resolves to {h, w, c, count, pixels: Uint8Array, model_id}, or to null when a newer call
   * took this one's place. Rejects with an Error whose message is a sentence for people, or
   * with `code` "offline" when the server gave no answer.
   */
  draw(model, zs, labels) {
    return new Promise((resolve, reject) => {
      if (this.waiting) this.waiting.resolve(null);
      const payload = { model, z: zs.map((z) => Array.from(z)), labels: labels ?? [] };
      this.waiting = { payload, resolve, reject };
      this.next();
    });
  }

  async next() {
    if (this.flying || !this.waiting) return;
    const { payload, resolve, reject } = this.waiting;
    this.waiting = null;
    this.flying = true;
    try {
      const answer = await ask(this.server, payload);
      // A newer wish does not spoil this image: during a drag it is the picture on the way.
      if (answer.error) reject(new Error(answer.error));
      else resolve(unpack(answer));
    } catch (error) {
      reject(error);
    } finally {
      this.flying = false;
      this.next();
    }
  }
}

async function ask(server, payload) {
  let timer;
  const patience = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), PATIENCE_MS);
  });
  try {
    const answer = await Promise.race([server.draw(payload), patience]);
    if (!answer || (!answer.error && typeof answer.pixels !== "string")) throw new Error("odd");
    return answer;
  } catch (error) {
    throw Object.assign(new Error(String(error?.message ?? error)), { code: "offline" });
  } finally {
    clearTimeout(timer);
  }
}

/** The server's answer with its base64 pixels as bytes. */
export function unpack(answer) {
  return { ...answer, pixels: Uint8Array.from(atob(answer.pixels), (c) => c.charCodeAt(0)) };
}

/** Put image `index` of a drawing on a canvas, one image pixel a canvas pixel; grey or RGB. */
export function paint(canvas, image, index = 0) {
  const { h, w, c, pixels } = image;
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const data = new ImageData(w, h);
  const from = index * h * w * c;
  for (let i = 0; i < h * w; i += 1) {
    for (let k = 0; k < 3; k += 1) data.data[4 * i + k] = pixels[from + i * c + (c === 3 ? k : 0)];
    data.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(data, 0, 0);
}

/** Show a canvas at `scale` whole screen pixels for each of its own. */
export function enlarge(canvas, scale) {
  canvas.style.width = `${canvas.width * scale}px`;
  canvas.style.height = `${canvas.height * scale}px`;
}
