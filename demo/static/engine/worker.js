// Draws in its own thread so that sliders never wait for a picture. Started by weights.js.
//
// {id, do: "load", planes}                              -> {id, plan}
//     planes: an ArrayBuffer, the even and then the odd bytes of gan/models/portable.py's file.
//     plan: of gan/models/portable.py's model, where one image takes so little that the page itself may
//     draw it within a frame; else null.
// {id, do: "draw", model_id, zs, labels, from}          -> {id, h, w, c, pixels, ms}
//     zs: Float32Arrays; labels: one for each, or []; from: the first one's place in its request.
//     {id, refused: true} if they do not fit the model: the server returns the error message.
// {do: "forget", model_id}
// Errors are answered with {id, error}.

import { Generator } from "./generator.js";
import { loadKernels } from "./kernels.js";

// no `await` here: messages wait until this script has run, and no longer
const ready = loadKernels(new URL("./kernels.wasm", import.meta.url));
ready.catch(() => {}); // each message is answered with the error

const INSTANT_MS = 2; // of the 16 ms that a frame of the screen has
const TRIES = 5;
const held = new Map();

const todo = {
  load({ planes }, makeKernels) {
    const made = Generator.read(interleaved(new Uint8Array(planes)), makeKernels);
    held.set(made.model_id, made);
    const plan = quickest(made) < INSTANT_MS ? made.plan() : null;
    return [{ plan }, plan ? [plan.memory.buffer] : []];
  },
  draw({ model_id, zs, labels, from }) {
    const start = performance.now();
    const drawn = held.get(model_id).drawAll(zs, labels, from);
    if (!drawn) return [{ refused: true }];
    return [{ ...drawn, ms: performance.now() - start }, [drawn.pixels.buffer]];
  },
};

function interleaved(planes) {
  const half = planes.length / 2;
  return planes.map((_, i) => planes[(i >> 1) + (i & 1) * half]);
}

// The minimum of several timings: the first images are slower, and so is a busy machine.
function quickest(model) {
  const latent = new Float32Array(model.z_dim);
  const times = Array.from({ length: TRIES }, () => {
    const start = performance.now();
    model.drawAll([latent], []);
    return performance.now() - start;
  });
  return Math.min(...times);
}

self.onmessage = async ({ data }) => {
  try {
    const makeKernels = await ready;
    if (data.do === "forget") {
      held.delete(data.model_id);
      return;
    }
    const [answer, transfer = []] = todo[data.do](data, makeKernels);
    self.postMessage({ id: data.id, ...answer }, transfer);
  } catch (error) {
    self.postMessage({ id: data.id, error: String(error?.message ?? error) });
  }
};
