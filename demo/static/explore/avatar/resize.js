// Pictures of any size, with crisp pixels.

// The pixels of a row of `from` that pixel `i` of `to` covers: [index, share].
function covered(i, from, to) {
  const [start, end] = [(i * from) / to, ((i + 1) * from) / to];
  const found = [];
  for (let k = Math.floor(start); k < end; k += 1) {
    found.push([k, (Math.min(end, k + 1) - Math.max(start, k)) / (end - start)]);
  }
  return found;
}

/**
 * Resize a square picture {h, w, c, pixels} to `side` px: each pixel is the mean of what it covers.
 * At a whole multiple of its size this is nearest neighbour.
 */
export function resized({ h, w, c, pixels }, side) {
  const cover = Array.from({ length: side }, (_, i) => covered(i, h, side));
  const made = new Uint8Array(side * side * c);
  let at = 0;
  for (const rows of cover) {
    for (const columns of cover) {
      for (let k = 0; k < c; k += 1) {
        let sum = 0;
        for (const [row, high] of rows) {
          for (const [column, wide] of columns) {
            sum += high * wide * pixels[(row * w + column) * c + k];
          }
        }
        made[at] = Math.round(sum);
        at += 1;
      }
    }
  }
  return { h: side, w: side, c, pixels: made };
}
