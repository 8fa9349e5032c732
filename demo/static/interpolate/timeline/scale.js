// Maps time to position on the timeline. Cells are as wide as they last, but none is too narrow for
// its thumbnail, so that the mapping is linear within each cell.

/**
 * `times`: the start of every cell and the end of the last, 0 to 1, (k + 1,). `width`: px to fill;
 * with many cells the scale becomes wider. `least`: px of the narrowest cell.
 */
export class Scale {
  constructor(times, width, least) {
    const shares = times.slice(1).map((end, i) => Math.max(0, end - times[i]));
    this.times = times;
    this.width = Math.max(width, least * shares.length);
    this.edges = [0];
    for (const size of spread(shares, this.width, least)) {
      this.edges.push(this.edges.at(-1) + size);
    }
  }

  x(time) {
    return along(this.times, this.edges, time);
  }

  time(x) {
    return along(this.edges, this.times, x);
  }
}

// Widths proportional to the shares; those that would be too narrow get the least width.
function spread(shares, width, least) {
  const narrow = new Set();
  for (;;) {
    const total = shares.reduce((sum, share, i) => sum + (narrow.has(i) ? 0 : share), 0);
    const room = width - narrow.size * least;
    const size = (share, i) => (narrow.has(i) ? least : total ? (room * share) / total : least);
    const sizes = shares.map(size);
    const more = sizes.findIndex((one, i) => one < least - 1e-9 && !narrow.has(i));
    if (more < 0) return sizes;
    narrow.add(more);
  }
}

// Linear interpolation in a table; where several entries are equal, after the last of them.
function along(from, to, value) {
  let i = 0;
  while (i < from.length - 2 && value >= from[i + 1]) i += 1;
  const step = from[i + 1] - from[i];
  const share = step > 0 ? Math.min(1, Math.max(0, (value - from[i]) / step)) : 0;
  return to[i] + share * (to[i + 1] - to[i]);
}
