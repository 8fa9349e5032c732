// Painting of grey or RGB pixels onto canvases, one canvas pixel each.

/** Return picture `index` of a drawing {pixels, h, w, c}. */
export function pictureOf(drawn, index) {
  const size = drawn.h * drawn.w * drawn.c;
  return { ...drawn, count: 1, pixels: drawn.pixels.subarray(index * size, (index + 1) * size) };
}

// `palette`: the colours of the grey levels, Uint8Array(3 * 256), or null.
function put(context, image, index, x, y, palette = null) {
  const { h, w, c, pixels } = image;
  const data = new ImageData(w, h);
  const from = index * h * w * c;
  for (let i = 0; i < h * w; i += 1) {
    for (let k = 0; k < 3; k += 1) {
      const value = pixels[from + i * c + (c === 3 ? k : 0)];
      data.data[4 * i + k] = palette && c === 1 ? palette[3 * value + k] : value;
    }
    data.data[4 * i + 3] = 255;
  }
  context.putImageData(data, x, y);
}

// Setting a canvas's size clears it.
function resize(canvas, width, height) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/** Paint image `index` of a drawing; the canvas takes its size. */
export function paint(canvas, image, index = 0) {
  resize(canvas, image.w, image.h);
  put(canvas.getContext("2d"), image, index, 0, 0);
}

/** Paint all images of a drawing in one row, spread evenly over the width of the canvas. */
export function paintRow(canvas, image) {
  const context = canvas.getContext("2d");
  const gap = (canvas.width - image.w) / Math.max(1, image.count - 1);
  for (let i = 0; i < image.count; i += 1) put(context, image, i, Math.round(i * gap), 0);
}

/**
 * Paint the images of a drawing as a square grid, `across` per row; the canvas takes its size.
 * `palette`: the colours of grey levels, Uint8Array(3 * 256), or null.
 */
export function paintGrid(canvas, image, across, palette = null) {
  resize(canvas, image.w * across, image.h * Math.ceil(image.count / across));
  const context = canvas.getContext("2d");
  for (let i = 0; i < image.count; i += 1) {
    put(context, image, i, (i % across) * image.w, Math.floor(i / across) * image.h, palette);
  }
}
