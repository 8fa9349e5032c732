// Systems of linear equations.

/**
 * Solve A X = B by elimination: `a` is a list of rows, `b` has one Float64Array for each; both are
 * overwritten and `b` is returned. Without pivoting: A is symmetric positive definite or
 * diagonally dominant, as in splines and kernels.
 */
export function solve(a, b) {
  const count = a.length;
  const subtract = (to, from, factor, start) => {
    for (let k = start; k < to.length; k += 1) to[k] -= factor * from[k];
  };
  for (let i = 0; i < count; i += 1) {
    for (let j = i + 1; j < count; j += 1) {
      const factor = a[j][i] / a[i][i];
      if (!factor) continue; // spline matrices are banded
      subtract(a[j], a[i], factor, i);
      subtract(b[j], b[i], factor, 0);
    }
  }
  for (let i = count - 1; i >= 0; i -= 1) {
    for (let j = i + 1; j < count; j += 1) if (a[i][j]) subtract(b[i], b[j], a[i][j], 0);
    for (let k = 0; k < b[i].length; k += 1) b[i][k] /= a[i][i];
  }
  return b;
}
