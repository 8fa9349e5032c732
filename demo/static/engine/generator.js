// A trained generator in the browser, loaded from the file of gan/models/portable.py.

import { distances, shift } from "./shift.js";

const SLOPE = { leaky: 0.2, linear: 1, tanh: 1 }; // tanh is applied when pixels are made

/** A loaded model. `makeKernels` comes from `loadKernels` of kernels.js. */
export class Generator {
  z_dim = 0;
  classes = 0;
  /** @type {(floats: number) => any} */
  makeKernels = null;

  /** Load the bytes of a safetensors file. Throws if the model is not supported. */
  static read(file, makeKernels) {
    return Object.assign(new Generator(), { makeKernels }).open(file);
  }

  /** Load the `plan()` of another thread. */
  static follow({ memory, ...plan }, makeKernels) {
    const made = Object.assign(new Generator(), plan, { kernels: makeKernels(memory.length) });
    made.kernels.memory.set(memory);
    return made;
  }

  /** Return the model as plain values and a copy of its numbers, for another thread. */
  plan() {
    const { model_id, shape, z_dim, classes, layers, input, output, kernels } = this;
    const memory = kernels.memory.slice(0, this.floats);
    return { model_id, shape, z_dim, classes, layers, input, output, floats: this.floats, memory };
  }

  open(file) {
    const { metadata, tensor } = parse(file);
    this.model_id = metadata.model_id;
    this.shape = JSON.parse(metadata.shape); // h, w, c
    this.z_dim = Number(metadata.z_dim);
    this.classes = Number(metadata.classes);
    let floats = 0;
    const room = (count) => {
      const place = floats;
      floats += Math.ceil(count / 4) * 4; // WebAssembly loads four at a time
      return place;
    };
    this.layers = JSON.parse(metadata.layers).map((layer) => place(layer, room));
    const largest = Math.max(...this.layers.map((layer) => Math.max(layer.in, layer.values)));
    this.input = room(largest);
    this.output = room(largest);
    this.floats = floats;
    this.kernels = this.makeKernels(floats);
    this.layers.forEach((layer, k) => {
      const { memory } = this.kernels;
      if (layer.op === "shift") {
        layer.dense = Array.from({ length: layer.dense }, (_, n) => ({
          weight: tensor(`${k}.${n}.weight`),
          bias: tensor(`${k}.${n}.bias`),
        }));
        return;
      }
      const weights = tensor(`${k}.weight`);
      if (layer.op === "resize") packResize(weights, memory.subarray(layer.weight), layer);
      else pack(weights, memory.subarray(layer.weight), layer);
      memory.set(tensor(`${k}.bias`), layer.bias);
    });
    const [h, w, c] = this.shape;
    if (this.layers.at(-1).values < h * w * c) throw new Error("the layers make another picture");
    return this;
  }

  /**
   * Draw latents `zs` with one label each (or none, []) as {h, w, c, pixels}; null if they do not
   * fit. `from`: the index of the first one in its request.
   */
  drawAll(zs, labels, from = 0) {
    const weights = zs.map((_, i) => classWeights(labels[i], from + i, this.classes));
    const fits = (z) => z.length === this.z_dim && z.every(Number.isFinite);
    if (!zs.every(fits) || weights.includes(null)) return null;
    const [h, w, c] = this.shape;
    const size = h * w * c;
    const pixels = new Uint8ClampedArray(zs.length * size);
    zs.forEach((z, i) => this.draw(z, weights[i], pixels.subarray(i * size, (i + 1) * size)));
    return { h, w, c, pixels };
  }

  /** Draw one latent with class weights (lists of numbers) into `pixels`. */
  draw(z, classes, pixels) {
    const { memory, linear } = this.kernels;
    let [from, to] = [this.input, this.output];
    memory.set(z, from);
    memory.set(classes, from + this.z_dim);
    for (const { op, weight, bias, padded, side, slope, values, ...layer } of this.layers) {
      if (op === "linear") linear(from, weight, bias, to, layer.in, values, slope);
      else if (op === "shift") {
        const moved = distances(layer.dense, Float32Array.from(z.slice(-layer.motion)));
        shift(memory, from, to, padded, side, layer.in, moved);
      } else this.kernels[op](from, weight, bias, to, side, layer.in, layer.out, slope, padded);
      [from, to] = [to, from];
    }
    // a clamped array rounds halves to even and clips to 0..255, as the server does
    const values = memory.subarray(from, from + pixels.length);
    values.forEach((x, i) => {
      pixels[i] = (Math.tanh(x) + 1) * 127.5;
    });
  }
}

/**
 * Return the class weights of one image: `label` is a number or a list of weights; if left out,
 * image `index` has class `index` modulo the number of classes. Null if it is invalid.
 */
function classWeights(label, index, classes) {
  if (!classes) return [];
  if (Array.isArray(label) || label instanceof Float32Array) {
    return label.length === classes && label.every(Number.isFinite) ? label : null;
  }
  const chosen = label ?? index % classes;
  if (!Number.isInteger(chosen) || chosen < 0 || chosen >= classes) return null;
  return Array.from({ length: classes }, (_, i) => Number(i === chosen));
}

// The memory offsets of a layer's numbers, and its number of outputs per image.
function place(layer, room) {
  if (layer.op === "shift") {
    const values = layer.in * layer.side ** 2;
    return { ...layer, values, padded: room(values) };
  }
  const slope = SLOPE[layer.activation];
  const taps = { linear: 1, up: 9, resize: 16 }[layer.op]; // all of an output's, or of its 2x2
  if (!slope || !taps) throw new Error(`no such layer: ${JSON.stringify(layer)}`);
  const outputs = Math.ceil((taps === 9 ? 4 * layer.out : layer.out) / 4) * 4;
  return {
    ...layer,
    slope,
    taps,
    weight: room(outputs * layer.in * taps),
    bias: room(outputs),
    values: taps > 1 ? layer.out * (2 * layer.side) ** 2 : outputs,
    padded: taps > 1 ? room(layer.in * (layer.side + 2) ** 2) : 0,
  };
}

// Pack weights (outputs, inputs, taps) for kernels.c: four adjacent outputs, for
// each tap and each input in turn.
function pack(weights, to, { in: inputs, taps }) {
  const outputs = weights.length / (inputs * taps);
  let from = 0;
  for (let o = 0; o < outputs; o += 1) {
    const block = (o >> 2) * 4 * inputs * taps + (o & 3);
    for (let i = 0; i < inputs; i += 1) {
      for (let t = 0; t < taps; t += 1) to[block + 4 * (t * inputs + i)] = weights[from++];
    }
  }
}

// Pack weights (outputs, inputs, 3, 3) for `resize` of kernels.c: of each pixel of a 2x2 square, the
// sums of the weights that fall on the same input.
function packResize(weights, to, { in: inputs, out: outputs }) {
  const each = Math.ceil(outputs / 4) * 16 * inputs; // numbers of one pixel
  const part = new Float32Array(outputs * inputs * 4);
  for (let pixel = 0; pixel < 4; pixel += 1) {
    const [a, b] = [pixel >> 1, pixel & 1];
    part.fill(0);
    for (let i = 0; i < weights.length; i += 1) {
      const [row, column] = [Math.floor((i % 9) / 3), i % 3];
      // row 0 is above an upper pixel, rows 1 and 2 are its own; rows 0 and 1 a lower pixel's
      const tap = 2 * ((row + 1 - a) >> 1) + ((column + 1 - b) >> 1);
      part[4 * Math.floor(i / 9) + tap] += weights[i];
    }
    pack(part, to.subarray(pixel * each), { in: inputs, taps: 4 });
  }
}

// A safetensors file: the length of a JSON header, the header, the tensors' bytes.
function parse(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const start = 8 + view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, start)));
  const tensor = (name) => {
    const { dtype, data_offsets: offsets } = header[name];
    const [from, to] = offsets.map((offset) => start + offset);
    const bytes = file.slice(from, to).buffer;
    if (dtype === "F32") return new Float32Array(bytes);
    if (dtype !== "F16") throw new Error(`${name} is neither float16 nor float32`);
    return floats(new Uint16Array(bytes));
  };
  return { metadata: header.__metadata__, tensor };
}

// float16 to float32: shift the bits and rebias the exponent.
function floats(halves) {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < bits.length; i += 1) {
    bits[i] = ((halves[i] & 0x8000) << 16) | ((halves[i] & 0x7fff) << 13);
  }
  return new Float32Array(bits.buffer).map((x) => x * 2 ** 112);
}
