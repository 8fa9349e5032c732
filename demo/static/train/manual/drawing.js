// The diagram of the two networks, whose parts light up while they compute.

import { layout } from "./layout.js";

const SPACE = "http://www.w3.org/2000/svg";

/** Draw into `place`; returns {setGame(game), light(phase), setMoves(seen), setFaces({real, fake})}. */
export function drawing(place, { say }) {
  const svg = svgNode("svg", {
    class: "hd-drawing",
    role: "img",
    "aria-label": say("manual.drawing"),
  });
  place.append(svg);
  let game = null;
  let width = 0;
  let lit = null; // the current phase
  let seen = null; // the last step
  const faces = {}; // data URLs of the first real and the first fake image
  let parts = {};

  function draw() {
    if (!game || !width) return;
    const plan = layout(game, width);
    svg.setAttribute("viewBox", `0 0 ${plan.width} ${plan.height}`);
    svg.setAttribute("height", plan.height);
    parts = { nodes: {}, edges: {}, frames: {} };
    svg.replaceChildren(
      ...plan.frames.map(drawFrame),
      ...plan.edges.map(drawEdge),
      ...plan.nodes.map(drawNode),
    );
    paint();
  }

  function drawFrame({ who, x, y, w, h }) {
    const made = group("hd-frame", { "data-who": who });
    const title = svgNode("text", { x: x + 8, y: y + 16 });
    title.textContent = say(w > 150 ? `manual.${who}` : `manual.${who}_short`);
    made.append(svgNode("rect", { x, y, width: w, height: h, rx: 8 }), title);
    return (parts.frames[who] = made);
  }

  function drawEdge({ id, points }) {
    const made = group("hd-edge");
    made.append(svgNode("polyline", { points: points.map((p) => p.join()).join(" ") }));
    made.append(head(points.at(-2), points.at(-1), "fore"), head(points[1], points[0], "back"));
    return (parts.edges[id] = made);
  }

  function drawNode(node) {
    const { id, kind, x, y, w, h, who = "" } = node;
    const made = group("hd-node", { "data-kind": kind, "data-who": who });
    const box = { x: x - w / 2, y: y - h / 2, width: w, height: h };
    made.append(svgNode("rect", { ...box, rx: kind === "score" ? w / 2 : 2 }));
    if (kind === "image") made.append(svgNode("image", box));
    const label = svgNode("text", { x, y: y + h / 2 + 14 });
    const name = { image: id, score: kind, z: kind, z_class: kind }[kind];
    label.textContent = name ? say(`manual.${name}`) : node.shape.join("×");
    const share = svgNode("text", { x, y: y + h / 2 + 27, class: "hd-share" });
    made.append(label, share, svgNode("title", {}));
    parts.nodes[id] = made;
    made.plan = node;
    return made;
  }

  function paint() {
    for (const [id, made] of Object.entries(parts.nodes || {})) {
      made.dataset.lit = lit?.nodes[id] || "";
      paintNode(id, made);
    }
    for (const [id, made] of Object.entries(parts.edges || {}))
      made.dataset.lit = lit?.edges[id] || "";
    for (const [who, made] of Object.entries(parts.frames || {})) {
      made.dataset.lit = lit?.nodes[who + "0"] || "";
    }
  }

  function paintNode(id, made) {
    const { kind, who, index, shape } = made.plan;
    if (faces[id]) made.querySelector("image").setAttribute("href", faces[id]);
    if (!who) return;
    const moved = seen?.who === who ? seen.moved[index] : null;
    const share = moved && moved[1] !== null ? percent(moved[1]) : "";
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

const percent = (value) => `${value >= 10 ? Math.round(value) : Number(value.toPrecision(1))} %`;

function head([fromX, fromY], [x, y], name) {
  const turn = (Math.atan2(y - fromY, x - fromX) * 180) / Math.PI;
  const at = `translate(${x} ${y}) rotate(${turn})`;
  return svgNode("path", { class: `hd-${name}`, d: "M0 0L-7 -4V4Z", transform: at });
}

const group = (name, attributes = {}) => svgNode("g", { class: name, ...attributes });

function svgNode(tag, attributes) {
  const made = document.createElementNS(SPACE, tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
