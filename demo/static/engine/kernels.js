// The kernels of a generator's layers: WebAssembly SIMD (demo/wasm/kernels.c), and a port to plain
// JavaScript for browsers without it.

const PAGE = 65536; // bytes; WebAssembly memory grows by these

/**
 * Return a function that sets up kernels with their own memory, for one model:
 * (floats) -> {memory: Float32Array of at least that many zeros, linear, up}.
 *
 * `linear(x, w, bias, out, count, outputs, slope)` and
 * `up(in, weights, bias, out, side, inputs, outputs, slope, padded)` are those of kernels.c; they
 * take offsets in `memory`, all multiples of four. `makeKernels.kind` is "wasm" or "plain".
 */
export async function loadKernels(address) {
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${answer.status}`);
    const module = await WebAssembly.compile(await answer.arrayBuffer());
    return Object.assign((floats) => wasm(module, floats), { kind: "wasm" });
  } catch {
    return Object.assign(plain, { kind: "plain" }); // no WebAssembly, no SIMD, or no such file
  }
}

function wasm(module, floats) {
  /** @type {any} */
  const made = new WebAssembly.Instance(module).exports;
  const { memory, linear, up, __heap_base: base } = made;
  const missing = base.value + 4 * floats - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  const at = (place) => base.value + 4 * place;
  return {
    memory: new Float32Array(memory.buffer, base.value, floats),
    linear: (x, w, bias, out, ...sizes) => linear(at(x), at(w), at(bias), at(out), ...sizes),
    up: (x, w, bias, out, side, inputs, outputs, slope, padded) =>
      up(at(x), at(w), at(bias), at(out), side, inputs, outputs, slope, at(padded)),
  };
}

export function plain(floats) {
  const m = new Float32Array(floats);

  function linear(x, w, bias, out, count, outputs, slope) {
    for (let o = 0; o < outputs; o += 4) {
      let a = m[bias + o],
        b = m[bias + o + 1],
        c = m[bias + o + 2],
        d = m[bias + o + 3];
      for (let k = x; k < x + count; k += 1, w += 4) {
        a += m[k] * m[w];
        b += m[k] * m[w + 1];
        c += m[k] * m[w + 2];
        d += m[k] * m[w + 3];
      }
      m[out + o] = a > 0 ? a : a * slope;
      m[out + o + 1] = b > 0 ? b : b * slope;
      m[out + o + 2] = c > 0 ? c : c * slope;
      m[out + o + 3] = d > 0 ? d : d * slope;
    }
  }

  function spread(to, channels, row, slope, a, b, c, d) {
    m[to] = a > 0 ? a : a * slope;
    m[to + channels] = b > 0 ? b : b * slope;
    m[to + row] = c > 0 ? c : c * slope;
    m[to + row + channels] = d > 0 ? d : d * slope;
  }

  function up(x, weights, bias, out, side, inputs, outputs, slope, padded) {
    const [wide, count, row] = [side + 2, 3 * inputs, 2 * side * outputs];
    for (let y = 0; y < side; y += 1) {
      const from = x + y * side * inputs;
      m.copyWithin(padded + ((y + 1) * wide + 1) * inputs, from, from + side * inputs);
    }
    for (let o = 0; o < outputs; o += 1) {
      const b = bias + 4 * o;
      for (let y = 0; y < side; y += 1) {
        // two pixels at once: eight sums stay in registers
        for (let at = 0; at < side; at += 2) {
          const left = Math.min(at, side - 2);
          let p0 = m[b],
            p1 = m[b + 1],
            p2 = m[b + 2],
            p3 = m[b + 3];
          let q0 = p0,
            q1 = p1,
            q2 = p2,
            q3 = p3;
          let w = weights + 36 * inputs * o;
          for (let dy = 0; dy < 3; dy += 1) {
            const from = padded + ((y + dy) * wide + left) * inputs;
            for (let k = from; k < from + count; k += 1, w += 4) {
              const p = m[k],
                q = m[k + inputs];
              const w0 = m[w],
                w1 = m[w + 1],
                w2 = m[w + 2],
                w3 = m[w + 3];
              p0 += p * w0;
              p1 += p * w1;
              p2 += p * w2;
              p3 += p * w3;
              q0 += q * w0;
              q1 += q * w1;
              q2 += q * w2;
              q3 += q * w3;
            }
          }
          const to = out + 2 * y * row + 2 * left * outputs + o;
          spread(to, outputs, row, slope, p0, p1, p2, p3);
          spread(to + 2 * outputs, outputs, row, slope, q0, q1, q2, q3);
        }
      }
    }
  }

  return { memory: m, linear, up };
}
