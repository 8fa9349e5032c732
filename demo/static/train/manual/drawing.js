// The diagram of the two networks, whose parts light up while they compute.

import { svg } from "../../core/dom.js";
import { percent } from "../../core/format.js";
import { roomIn } from "../../core/pixel_scale.js";
import { layout } from "./layout.js";

/** Draw into `place`; returns {setGame(game), light(phase), setMoves(seen), setFaces({real, fake})}. */
export function drawing(place, { say }) {
  const label = say("manual.drawing");
  const picture = svg("svg", { class: "hd-drawing", role: "img", "aria-label": label });
  place.append(picture);
  let game = null;
  let width = Math.floor(roomIn(place)); // the room is taken at once, not a frame later
  let lit = null; // the current phase
  let seen = null; // the last step
  const faces = {}; // data URLs of the first real and the first fake image
  let parts = { nodes: {}, edges: {}, frames: {} }; // by id

  function draw() {
    if (!game || !width) return;
    const plan = layout(game, width);
    picture.setAttribute("viewBox", `0 0 ${plan.width} ${plan.height}`);
    picture.setAttribute("height", plan.height);
    parts = { nodes: {}, edges: {}, frames: {} };
    picture.replaceChildren(
      ...plan.frames.map(drawFrame),
      ...plan.edges.map(drawEdge),
      ...plan.nodes.map(drawNode),
    );
    paint();
  }

  function drawFrame({ who, x, y, w, h }) {
    const title = say(w > 150 ? `manual.${who}` : `manual.${who}_short`);
    return (parts.frames[who] = svg(
      "g",
      { class: "hd-frame", "data-who": who },
      svg("rect", { x, y, width: w, height: h, rx: 8 }),
      svg("text", { x: x + 8, y: y + 16 }, title),
    ));
  }

  function drawEdge({ id, points }) {
    return (parts.edges[id] = svg(
      "g",
      { class: "hd-edge" },
      svg("polyline", { points: points.map((p) => p.join()).join(" ") }),
      head(points.at(-2), points.at(-1), "fore"),
      head(points[1], points[0], "back"),
    ));
  }

  function drawNode(node) {
    const { id, kind, x, y, w, h, who = "" } = node;
    const box = { x: x - w / 2, y: y - h / 2, width: w, height: h };
    const name = kind === "image" ? id : kind;
    const known = ["image", "score", "z", "z_class"].includes(kind);
    const text = known ? say(`manual.${name}`) : node.shape.join("×");
    const made = svg(
      "g",
      { class: "hd-node", "data-kind": kind, "data-who": who },
      svg("rect", { ...box, rx: kind === "score" ? w / 2 : 2 }),
      ...(kind === "image" ? [svg("image", box)] : []),
      svg("text", { x, y: y + h / 2 + 14 }, text),
      svg("text", { x, y: y + h / 2 + 27, class: "hd-share" }),
      svg("title", {}),
    );
    parts.nodes[id] = { made, plan: node };
    return made;
  }

  function paint() {
    for (const [id, { made, plan }] of Object.entries(parts.nodes)) {
      made.dataset.lit = lit?.nodes[id] || "";
      paintNode(made, plan);
    }
    for (const [id, made] of Object.entries(parts.edges)) made.dataset.lit = lit?.edges[id] || "";
    for (const [who, made] of Object.entries(parts.frames))
      made.dataset.lit = lit?.nodes[`${who}0`] || "";
  }

  function paintNode(made, { id, kind, who, index, shape }) {
    if (faces[id]) made.querySelector("image").setAttribute("href", faces[id]);
    if (!who) return;
    const moved = seen?.who === who ? seen.moved[index] : null;
    const share = moved && moved[1] !== null ? percent(rounded(moved[1]), say) : "";
    made.querySelector(".hd-share").textContent = share;
    const values = { kind: say(`manual.kind.${kind}`), shape: shape.join("×"), share };
    made.querySelector("title").textContent = moved
      ? say("manual.layer_moved", { ...values, gradient: moved[0]?.toPrecision(2) ?? "?" })
      : say("manual.layer", values);
  }

  new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (!now || now === width) return;
    width = now;
    draw();
  }).observe(place);

  return {
    setGame(next) {
      game = next;
      lit = seen = null;
      delete faces.real;
      delete faces.fake;
      draw();
    },
    light(phase) {
      lit = phase;
      paint();
    },
    setMoves(next) {
      seen = next;
      paint();
    },
    setFaces(next) {
      Object.assign(faces, next);
      paint();
    },
  };
}

const rounded = (share) => (share >= 10 ? Math.round(share) : Number(share.toPrecision(1)));

function head([fromX, fromY], [x, y], name) {
  const turn = (Math.atan2(y - fromY, x - fromX) * 180) / Math.PI;
  const at = `translate(${x} ${y}) rotate(${turn})`;
  return svg("path", { class: `hd-${name}`, d: "M0 0L-7 -4V4Z", transform: at });
}
