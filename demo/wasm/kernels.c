// The generator's kinds of layers in WebAssembly SIMD.
// `python -m demo.wasm.build` makes demo/static/engine/kernels.wasm of this.
//
// Everything is float32. A picture lies row by row with its channels side by side. Weights come in
// blocks of four outputs: block b holds, for each input k in turn, outputs 4b to 4b + 3.

#include <wasm_simd128.h>

#define EACH 4 // pixels computed at once; no picture has a smaller side

// acc[p][v] += inputs of pixel p times weights of block v: PIXELS * BLOCKS vectors in registers.
#define SUM(PIXELS, BLOCKS)                                              \
  for (int k = 0; k < count; k++)                                        \
    for (int v = 0; v < BLOCKS; v++) {                                   \
      v128_t weight = wasm_v128_load(w + v * block + 4 * k);             \
      for (int p = 0; p < PIXELS; p++)                                   \
        acc[p][v] = wasm_f32x4_add(                                      \
            acc[p][v],                                                   \
            wasm_f32x4_mul(wasm_v128_load32_splat(x + p * step + k), weight)); \
    }

static inline v128_t leaky(v128_t x, float slope) {
  v128_t zero = wasm_f32x4_const_splat(0);
  v128_t low = wasm_f32x4_mul(wasm_f32x4_pmin(x, zero), wasm_f32x4_splat(slope));
  return wasm_f32x4_add(wasm_f32x4_pmax(x, zero), low);
}

// out[outputs] = leaky(w x + bias); outputs is a multiple of 4, slope 1 leaves the sum as it is.
void linear(const float *x, const float *w, const float *bias, float *out, int count, int outputs,
            float slope) {
  int block = 4 * count, step = 0;
  for (int o = 0; o < outputs; o += 8, w += 2 * block) {
    int both = o + 4 < outputs;
    v128_t acc[1][2] = {{wasm_v128_load(bias + o), wasm_f32x4_const_splat(0)}};
    if (both) {
      acc[0][1] = wasm_v128_load(bias + o + 4);
      SUM(1, 2)
      wasm_v128_store(out + o + 4, leaky(acc[0][1], slope));
    } else {
      SUM(1, 1)
    }
    wasm_v128_store(out + o, leaky(acc[0][0], slope));
  }
}

// One block's four sums of a pixel are the 2x2 pixels of one channel at twice the side.
static inline void spread(float *out, v128_t sum, int channels, int row, float slope) {
  v128_t y = leaky(sum, slope);
  out[0] = wasm_f32x4_extract_lane(y, 0);
  out[channels] = wasm_f32x4_extract_lane(y, 1);
  out[row] = wasm_f32x4_extract_lane(y, 2);
  out[row + channels] = wasm_f32x4_extract_lane(y, 3);
}

#define TILE(BLOCKS)                                                                    \
  for (int y = 0; y < side; y++)                                                        \
    for (int at = 0; at < side; at += EACH) {                                           \
      /* the last tile of a row goes over some pixels again rather than over the edge */ \
      int left = at + EACH > side ? side - EACH : at;                                   \
      v128_t acc[EACH][BLOCKS];                                                         \
      for (int p = 0; p < EACH; p++)                                                    \
        for (int v = 0; v < BLOCKS; v++) acc[p][v] = wasm_v128_load(bias + 4 * (o + v)); \
      for (int dy = 0; dy < 3; dy++) {                                                  \
        const float *x = padded + ((y + dy) * wide + left) * inputs;                    \
        const float *w = weights + o * block + 4 * dy * count;                          \
        SUM(EACH, BLOCKS)                                                               \
      }                                                                                 \
      for (int p = 0; p < EACH; p++)                                                    \
        for (int v = 0; v < BLOCKS; v++)                                                \
          spread(out + 2 * y * row + 2 * (left + p) * outputs + o + v, acc[p][v],       \
                 outputs, row, slope);                                                  \
    }

// Copies in (side,side,inputs) into padded, which is zero at its border and stays so.
static inline void pad(const float *in, float *padded, int side, int inputs) {
  for (int y = 0; y < side; y++) {
    float *to = padded + ((y + 1) * (side + 2) + 1) * inputs;
    for (int i = 0; i < side * inputs; i++) to[i] = in[y * side * inputs + i];
  }
}

// A 3x3 convolution of in (side,side,inputs), then pixel shuffle to out (2 side,2 side,outputs).
// padded is room for (side + 2)(side + 2) inputs, zero at its border, which stays so.
void up(const float *in, const float *weights, const float *bias, float *out, int side, int inputs,
        int outputs, float slope, float *padded) {
  int wide = side + 2, count = 3 * inputs, block = 36 * inputs, step = inputs;
  int row = 2 * side * outputs;
  pad(in, padded, side, inputs);
  int o = 0;
  for (; o + 2 <= outputs; o += 2) TILE(2)
  for (; o < outputs; o++) TILE(1)
}

#define ROW(BLOCKS)                                                                     \
  for (int at = 0; at < side; at += EACH) {                                             \
    int left = at + EACH > side ? side - EACH : at;                                     \
    v128_t acc[EACH][BLOCKS];                                                           \
    for (int p = 0; p < EACH; p++)                                                      \
      for (int v = 0; v < BLOCKS; v++) acc[p][v] = wasm_v128_load(bias + o + 4 * v);    \
    for (int dy = 0; dy < 2; dy++) {                                                    \
      const float *x = padded + ((y + a + dy) * wide + left + b) * inputs;              \
      const float *w = weights + ((a * 2 + b) * blocks + o / 4) * block + 4 * dy * count; \
      SUM(EACH, BLOCKS)                                                                 \
    }                                                                                   \
    for (int p = 0; p < EACH; p++) {                                                    \
      float *to = out + ((2 * y + a) * 2 * side + 2 * (left + p) + b) * outputs + o;    \
      for (int v = 0; v < BLOCKS; v++, to += 4) store(to, acc[p][v], outputs - o - 4 * v, slope); \
    }                                                                                   \
  }

// Stores the first `count` of four outputs.
static inline void store(float *to, v128_t sum, int count, float slope) {
  v128_t y = leaky(sum, slope);
  if (count >= 4) {
    wasm_v128_store(to, y);
    return;
  }
  to[0] = wasm_f32x4_extract_lane(y, 0);
  if (count > 1) to[1] = wasm_f32x4_extract_lane(y, 1);
  if (count > 2) to[2] = wasm_f32x4_extract_lane(y, 2);
}

// Pixels repeated to twice the side, then a 3x3 convolution: each output pixel is the sum of 2x2
// inputs. `weights` are those of the four pixels (a, b) of a 2x2 square in turn, each like those of
// a 2x2 convolution: blocks of four outputs. bias has a multiple of 4. The rest is as in `up`.
void resize(const float *in, const float *weights, const float *bias, float *out, int side,
            int inputs, int outputs, float slope, float *padded) {
  int wide = side + 2, count = 2 * inputs, block = 16 * inputs, step = inputs;
  int blocks = (outputs + 3) / 4;
  pad(in, padded, side, inputs);
  for (int a = 0; a < 2; a++)
    for (int b = 0; b < 2; b++)
      for (int y = 0; y < side; y++) {
        int o = 0;
        for (; o + 8 <= 4 * blocks; o += 8) ROW(2)
        if (o < 4 * blocks) ROW(1)
      }
}
