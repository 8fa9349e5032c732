// The layout of the diagram for a width in px.
// z -> G -> fake images; real and fake images -> D -> score. In one row if there is room,
// else G above D.

const NARROW_PX = 560;
const THUMB_PX = 48;
const TOP_PX = 24; // above the tallest box: the names of the networks
const BELOW_PX = 32; // below a box: its shape, and how much it changed
const TALLEST_PX = 96;
const LABEL_PX = 20; // below a thumb

/** Return {width, height, nodes, edges, frames}: boxes with centres (x, y), paths, a frame per player. */
export function layout(game, width) {
  const z = { id: "z", kind: game.classes ? "z_class" : "z", shape: [game.z] };
  const left = [z, ...named("G", game.G), thumb("fake", game)];
  const right = named("D", game.D);
  const narrow = width < NARROW_PX;
  const line = TOP_PX + TALLEST_PX / 2;
  const below = line + TALLEST_PX / 2 + BELOW_PX + THUMB_PX / 2 - 16;
  const second = narrow ? line + TALLEST_PX + BELOW_PX + TOP_PX + 16 : line;
  const real = thumb("real", game);
  const lower = narrow ? [real, ...right] : right;
  const columns = narrow ? Math.max(left.length, lower.length) : left.length + right.length;
  const step = width / columns;
  left.forEach((node, k) => place(node, (k + 0.5) * step, line, step));
  const from = narrow ? 0 : left.length;
  lower.forEach((node, k) => place(node, (from + k + 0.5) * step, second, step));
  const fake = left.at(-1);
  if (!narrow) place(real, fake.x, below, step);
  const nodes = [...left, real, ...right];
  const edges = [...chain(left), ...chain(right)];
  if (narrow) {
    const gutter = second - TALLEST_PX / 2 - TOP_PX - 8;
    const turn = (leave(real) + frame("D", right, step).x) / 2; // outside of D's frame
    edges.push(straight(real, right[0]));
    const points = [
      [fake.x, fake.y + fake.h / 2 + BELOW_PX - 12],
      [fake.x, gutter],
      [turn, gutter],
    ];
    edges.push(
      edge(fake, right[0], [...points, [turn, second - 10], [entry(right[0]), second - 10]]),
    );
  } else {
    edges.push(straight(fake, right[0]));
    const turn = (fake.x + step / 2 + fake.x + real.w / 2) / 2;
    const [end, beside] = [entry(right[0]), line + 12]; // below the edge from the fakes
    edges.push(
      edge(real, right[0], [
        [leave(real), below],
        [turn, below],
        [turn, beside],
        [end, beside],
      ]),
    );
  }
  const bottom = narrow ? second + TALLEST_PX / 2 + BELOW_PX : below + THUMB_PX / 2 + LABEL_PX;
  const frames = [frame("G", left.slice(1, -1), step), frame("D", right, step)];
  return { width, height: Math.round(bottom), nodes, edges, frames };
}

const named = (who, blocks) => blocks.map((block, k) => ({ ...block, id: who + k, who, index: k }));
const thumb = (id, game) => ({ id, kind: "image", shape: game.image });
const leave = (node) => node.x + node.w / 2 + 2;
const entry = (node) => node.x - node.w / 2 - 2;

// A box whose height and width show the resolution and the channels on a log scale.
function place(node, x, y, step) {
  const most = Math.min(THUMB_PX, step - 14);
  const [first, side] = node.shape;
  let size = [10, 24 + 7 * Math.log2(first)];
  if (node.kind === "image") size = [Math.min(most, THUMB_PX), Math.min(most, THUMB_PX)];
  else if (node.kind === "score") size = [20, 20];
  else if (side) size = [Math.min(8 + 4 * Math.log2(first), most), 16 + 12 * Math.log2(side)];
  Object.assign(node, { x, y, w: size[0], h: Math.min(TALLEST_PX, size[1]) });
}

const edge = (a, b, points) => ({ id: `${a.id}>${b.id}`, points });
const straight = (a, b) =>
  edge(a, b, [
    [leave(a), a.y],
    [entry(b), b.y],
  ]);
const chain = (nodes) => nodes.slice(1).map((node, k) => straight(nodes[k], node));

function frame(who, nodes, step) {
  const pad = Math.min(step / 2 - 2, 40);
  const x = nodes[0].x - pad;
  const height = TALLEST_PX + TOP_PX + BELOW_PX;
  return {
    who,
    x,
    y: nodes[0].y - TALLEST_PX / 2 - TOP_PX,
    w: nodes.at(-1).x + pad - x,
    h: height,
  };
}
