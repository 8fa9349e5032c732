// Motion of a latent over time, of models of clips. The twin of gan/models/motion.py.

export const FRAMES_PER_S = 12.5; // of a clip's own time, at normal speed
const SLOPE = 0.2;

/** The angular velocities of the oscillators, in radians per frame, for the speeds in z. */
export function velocities({ hidden, out }, z) {
  const speeds = z.slice(z.length - out.bias.length);
  const layer = ({ weight, bias }, x) =>
    bias.map((b, i) => weight[i].reduce((sum, w, k) => sum + w * x[k], b));
  return layer(
    out,
    layer(hidden, speeds).map((x) => (x > 0 ? x : SLOPE * x)),
  );
}

/**
 * Return z at time t, in frames, Float32Array. With `period`, in frames, the velocities are rounded
 * so that z returns after that time.
 */
export function moved(motion, z, t, period = 0) {
  const turn = period ? (2 * Math.PI) / period : 0;
  const after = Float32Array.from(z);
  const found = velocities(motion, z);
  const first = z.length - 3 * found.length;
  found.forEach((velocity, k) => {
    const angle = t * (turn ? Math.round(velocity / turn) * turn : velocity);
    const [a, b] = [first + k, first + found.length + k];
    after[a] = z[a] * Math.cos(angle) - z[b] * Math.sin(angle);
    after[b] = z[a] * Math.sin(angle) + z[b] * Math.cos(angle);
  });
  return after;
}

/** Return how many numbers of z are motion, at its end; 0 of a model of images, whose motion is null. */
export const motionSize = (motion) => (motion ? 3 * motion.out.bias.length : 0);

/** Return `z` with the content of one latent and the motion of the other. */
export function joined(motion, content, movement) {
  const still = content.length - motionSize(motion);
  return content.map((x, i) => (i < still ? x : movement[i]));
}
