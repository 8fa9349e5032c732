// Draws in a thread of its own, so that no slider waits for a picture. weights.js starts it.
//
// {id, do: "load", file: base64 of gan/portable.py's}   -> {id, kind: "wasm" or "plain"}
// {id, do: "draw", model_id, zs, labels, from}          -> {id, h, w, c, pixels, ms}
//     zs: Float32Arrays; labels: one for each, or []; from: the first one's place in its request.
//     {id, refused: true} when they do not fit the model: the server has the words for it.
// {do: "forget", model_id}
// What goes wrong is answered with {id, error}.

const { search } = new URL(import.meta.url);
// no `await` here: a message that came meanwhile would find nobody to take it
const ready = (async () => {
  const [{ loadKernels }, { Generator, classWeights }] = await Promise.all(
    ["kernels", "generator"].map((name) => import(`./${name}.js${search}`)),
  );
  const makeKernels = await loadKernels(new URL(`./kernels.wasm${search}`, import.meta.url));
  return { makeKernels, Generator, classWeights };
})();
ready.catch(() => {}); // every message hears of it

const held = new Map();

const todo = {
  load({ file }, { Generator, makeKernels }) {
    const made = new Generator(Uint8Array.from(atob(file), (c) => c.charCodeAt(0)), makeKernels);
    held.set(made.model_id, made);
    return [{ kind: makeKernels.kind }];
  },
  draw({ model_id, zs, labels, from }, { classWeights }) {
    const start = performance.now();
    const model = held.get(model_id);
    const weights = zs.map((_, i) => classWeights(labels[i], from + i, model.classes));
    const fits = (z) => z.length === model.z_dim && z.every(Number.isFinite);
    if (!zs.every(fits) || weights.includes(null)) return [{ refused: true }];
    const [h, w, c] = model.shape;
    const size = h * w * c;
    const pixels = new Uint8ClampedArray(zs.length * size);
    zs.forEach((z, i) => model.draw(z, weights[i], pixels.subarray(i * size, (i + 1) * size)));
    return [{ h, w, c, pixels, ms: performance.now() - start }, [pixels.buffer]];
  },
};

self.onmessage = async ({ data }) => {
  try {
    const tools = await ready;
    if (data.do === "forget") {
      held.delete(data.model_id);
      return;
    }
    const [answer, transfer = []] = todo[data.do](data, tools);
    self.postMessage({ id: data.id, ...answer }, transfer);
  } catch (error) {
    self.postMessage({ id: data.id, error: String(error?.message ?? error) });
  }
};
