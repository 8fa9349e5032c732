// The kernels of a generator's layers, in WebAssembly SIMD (demo/wasm/kernels.c).

const PAGE = 65536; // bytes; WebAssembly memory grows by these

/**
 * Return a function that sets up kernels with their own memory, for one model:
 * (floats) -> {memory: Float32Array of at least that many zeros, linear, up, resize}. Rejects where
 * there is no WebAssembly, no SIMD, or no such file: then the server draws.
 *
 * `linear(x, w, bias, out, count, outputs, slope)` and `up` and
 * `resize(in, weights, bias, out, side, inputs, outputs, slope, padded)` are those of kernels.c;
 * they take offsets in `memory`, all multiples of four.
 */
export async function loadKernels(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status}`);
  const module = await WebAssembly.compile(await answer.arrayBuffer());
  return (floats) => kernels(module, floats);
}

function kernels(module, floats) {
  /** @type {any} */
  const made = new WebAssembly.Instance(module).exports;
  const { memory, linear, up, resize, __heap_base: base } = made;
  const missing = base.value + 4 * floats - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  const at = (place) => base.value + 4 * place;
  const upsampling = (kernel) => (x, w, bias, out, side, inputs, outputs, slope, padded) =>
    kernel(at(x), at(w), at(bias), at(out), side, inputs, outputs, slope, at(padded));
  return {
    memory: new Float32Array(memory.buffer, base.value, floats),
    linear: (x, w, bias, out, ...sizes) => linear(at(x), at(w), at(bias), at(out), ...sizes),
    up: upsampling(up),
    resize: upsampling(resize),
  };
}
