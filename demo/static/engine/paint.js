// Painting of grey or RGB pixels onto canvases, one canvas pixel each.

function put(context, image, index, x, y) {
  const { h, w, c, pixels } = image;
  const data = new ImageData(w, h);
  const from = index * h * w * c;
  for (let i = 0; i < h * w; i += 1) {
    for (let k = 0; k < 3; k += 1) data.data[4 * i + k] = pixels[from + i * c + (c === 3 ? k : 0)];
    data.data[4 * i + 3] = 255;
  }
  context.putImageData(data, x, y);
}

/** Paint image `index` of a drawing; the canvas takes its size. */
export function paint(canvas, image, index = 0) {
  const { h, w } = image;
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  put(canvas.getContext("2d"), image, index, 0, 0);
}

/** Paint all images of a drawing in one row, spread evenly over the width of the canvas. */
export function paintRow(canvas, image) {
  const context = canvas.getContext("2d");
  const gap = (canvas.width - image.w) / Math.max(1, image.count - 1);
  for (let i = 0; i < image.count; i += 1) put(context, image, i, Math.round(i * gap), 0);
}

/** Paint the images of a drawing as a square grid, `across` per row; the canvas takes its size. */
export function paintGrid(canvas, image, across) {
  const [width, height] = [image.w * across, image.h * Math.ceil(image.count / across)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  for (let i = 0; i < image.count; i += 1) {
    put(context, image, i, (i % across) * image.w, Math.floor(i / across) * image.h);
  }
}
