// Draw the data sets `faces` (32 px, pixel art) and `faces-64` with DiceBear, as idx files, and what
// moves in `moving-faces`.
//
//     cd tools/faces && npm ci && node draw.mjs ../../assets/data [faces | faces-64]
//
// Needs node 20 and xz; takes about a minute of one core. The same versions draw the same bytes.
// Each set has 12,000 faces for training and 2,000 others for testing: images (n,h,w,3), labels
// (n,), which are the hair colour, and attributes (n,a), whose names are in attributes.json. The same
// faces with closed eyes and with an open mouth are in moving-faces: the changed part alone, one
// value per pixel of the drawing (n,h,w,3).

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pixelArt, toonHead } from "@dicebear/collection";
import { createAvatar } from "@dicebear/core";
import { Resvg } from "@resvg/resvg-js";
// not exported by the package, whose maps of drawn parts get two more below
import { eyes } from "./node_modules/@dicebear/pixel-art/lib/components/eyes.js";
import { mouth } from "./node_modules/@dicebear/pixel-art/lib/components/mouth.js";

const SPLITS = { train: 12_000, t10k: 2_000 };
const BACKGROUND = "dbe7f0";
const HAIR = {
  black: "28201c",
  brown: "6f4522",
  blond: "e3bf6b",
  ginger: "bf4d1a",
  grey: "a3a5ab",
  blue: "0f8fc4",
  green: "6fae2f",
  pink: "e07fb4",
};
const CLOTHES = {
  red: "c8362b",
  orange: "f08a24",
  yellow: "f2c52e",
  green: "2f9e5b",
  teal: "2aa7a0",
  blue: "2f6fc4",
  purple: "7a4fb5",
  white: "eef0f2",
};
eyes.closed = () => `<path fill="#000" fill-opacity=".5" d="M4 6h3v1H4zM9 6h3v1H9z"/>`;
mouth.open = (_, { mouth: lips }) =>
  `<path fill="${lips}" d="M7 9h2v1h1v1H9v1H7v-1H6v-1h1z"/><path fill="#2b0a0c" d="M7 10h2v1H7z"/>`;
// By name: what is drawn instead, and where it is seen, in pixels of the drawing.
const MOVES = {
  "closed-eyes": { options: { eyes: ["closed"] }, left: 4, top: 5, width: 8, height: 3 },
  "open-mouth": { options: { mouth: ["open"] }, left: 6, top: 9, width: 4, height: 3 },
};
const numbered = (prefix, count) =>
  Array.from({ length: count }, (_, i) => prefix + String(i + 1).padStart(2, "0"));

// Of each attribute: its values and, where they are not equally frequent, how often each comes up.
// All are drawn independently of each other.
const SETS = {
  faces: {
    style: pixelArt,
    px: 32,
    moves: MOVES,
    attributes: {
      hair_color: { values: Object.keys(HAIR) },
      skin: {
        values: ["ffdbac", "f0c795", "dfb183", "cb9e6e", "b5814f", "96622f", "74471f", "55330f"],
      },
      hair_length: { values: ["short", "long"] },
      glasses: { values: ["none", "clear", "dark"], parts: [4, 1, 1] },
      beard: { values: ["no", "yes"], parts: [3, 1] },
      hat: { values: ["no", "yes"], parts: [4, 1] },
      earrings: { values: ["no", "yes"], parts: [4, 1] },
      mouth: { values: ["happy", "sad"] },
      eyes: { values: numbered("variant", 12) },
      clothes_color: { values: Object.keys(CLOTHES) },
    },
    options: (face, pick) => ({
      skinColor: [face.skin],
      hair: [pick(numbered(face.hair_length, face.hair_length === "long" ? 21 : 24))],
      hairColor: [HAIR[face.hair_color]],
      glasses: [pick(numbered(face.glasses === "dark" ? "dark" : "light", 7))],
      glassesColor: [face.glasses === "dark" ? "191919" : pick(["4b4b4b", "43677d", "a04b5d"])],
      glassesProbability: face.glasses === "none" ? 0 : 100,
      beard: [pick(numbered("variant", 8))],
      beardProbability: face.beard === "yes" ? 100 : 0,
      hat: [pick(numbered("variant", 10))],
      hatColor: [pick(["4a3414", "2663a3", "989789", "3d8a6b", "cc6192", "614f8a", "a62116"])],
      hatProbability: face.hat === "yes" ? 100 : 0,
      accessories: [pick(numbered("variant", 4))],
      accessoriesProbability: face.earrings === "yes" ? 100 : 0,
      mouth: [pick(numbered(face.mouth, face.mouth === "happy" ? 13 : 10))],
      mouthColor: [pick(["d29985", "c98276", "e35d6a", "de0f0d"])],
      eyes: [face.eyes],
      eyesColor: [pick(["76778b", "697b94", "5b7c8b", "588387", "876658"])],
      clothing: [pick(numbered("variant", 23))],
      clothingColor: [CLOTHES[face.clothes_color]],
    }),
  },
  "faces-64": {
    style: toonHead,
    px: 64,
    attributes: {
      hair_color: { values: Object.keys(HAIR) },
      skin: {
        values: ["f6d0b4", "f1c3a5", "d9a07c", "c68e7a", "b98e6a", "a36b4f", "7d4f38", "5c3829"],
      },
      hair: { values: ["sideComed", "undercut", "spiky", "bun"] },
      back_hair: {
        values: ["none", "neckHigh", "shoulderHigh", "longStraight", "longWavy"],
        parts: [4, 1, 1, 1, 1],
      },
      beard: {
        values: ["none", "moustacheTwirl", "fullBeard", "chin", "chinMoustache", "longBeard"],
        parts: [15, 1, 1, 1, 1, 1],
      },
      mouth: { values: ["laugh", "agape", "sad", "angry"] }, // at 64 px "smile" looks like "sad"
      eyes: { values: ["happy", "wide", "bow", "humble", "wink"] },
      eyebrows: { values: ["raised", "happy", "neutral", "sad", "angry"] },
      clothes: { values: ["turtleNeck", "openJacket", "dress", "shirt", "tShirt"] },
      clothes_color: { values: Object.keys(CLOTHES) },
    },
    options: (face) => ({
      scale: 118,
      translateY: 4,
      skinColor: [face.skin],
      hair: [face.hair],
      hairColor: [HAIR[face.hair_color]],
      rearHair: [face.back_hair],
      rearHairProbability: face.back_hair === "none" ? 0 : 100,
      beard: [face.beard],
      beardProbability: face.beard === "none" ? 0 : 100,
      mouth: [face.mouth],
      eyes: [face.eyes],
      eyebrows: [face.eyebrows],
      clothes: [face.clothes],
      clothesColor: [CLOTHES[face.clothes_color]],
    }),
  },
};

/** Return a source of numbers in [0, 1): mulberry32. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pickFrom = (next) => (values) => values[Math.floor(next() * values.length)];

/** Draw one face: its values by attribute. Hair and skin colours take turns, so they are even. */
function face(set, index, pick) {
  const chosen = {};
  for (const [name, { values, parts }] of Object.entries(set.attributes)) {
    const weighted = parts ? values.flatMap((value, k) => Array(parts[k]).fill(value)) : values;
    chosen[name] = pick(weighted);
  }
  const { hair_color: hair, skin } = set.attributes;
  chosen.hair_color = hair.values[index % hair.values.length];
  chosen.skin = skin.values[Math.floor(index / hair.values.length) % skin.values.length];
  return chosen;
}

/** Render SVG as RGB bytes. */
function pixels(svg, px) {
  const font = { loadSystemFonts: false }; // there is no text, and it takes nearly all the time
  const rgba = new Resvg(svg, { font, fitTo: { mode: "width", value: px } }).render().pixels;
  const rgb = Buffer.alloc(3 * px * px);
  for (let k = 0; k < px * px; k++) rgba.copy(rgb, 3 * k, 4 * k, 4 * k + 3);
  return rgb;
}

/** Cut out the part of a face that moves; a pixel of the drawing is 2x2 of the image. */
function cut(image, { left, top, width, height }, px) {
  const rows = Array.from({ length: height }, (_, y) => 2 * (top + y) * px + 2 * left);
  const columns = Array.from({ length: width }, (_, x) => 2 * x);
  const starts = rows.flatMap((row) => columns.map((column) => 3 * (row + column)));
  return Buffer.concat(starts.map((start) => image.subarray(start, start + 3)));
}

/** Write a compressed idx file of bytes. */
function writeIdx(path, shape, data) {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, 8, shape.length]);
  shape.forEach((size, k) => {
    head.writeUInt32BE(size, 4 + 4 * k);
  });
  const input = Buffer.concat([head, ...data]);
  writeFileSync(path, execFileSync("xz", ["-9e"], { input, maxBuffer: 2 ** 30 }));
}

function draw(name, folder) {
  const set = SETS[name];
  const names = Object.keys(set.attributes);
  const next = random(0);
  const pick = pickFrom(next);
  const seen = new Set(); // of both splits: no test face is among the training faces
  mkdirSync(folder, { recursive: true });
  const moving = join(folder, "../moving-faces");
  const moves = Object.entries(set.moves ?? {});
  if (moves.length) mkdirSync(moving, { recursive: true });
  for (const [split, count] of Object.entries(SPLITS)) {
    const order = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    const images = [];
    const rows = [];
    const parts = Object.fromEntries(moves.map(([what]) => [what, []]));
    for (const index of order) {
      let chosen;
      let image;
      let options;
      do {
        chosen = face(set, index, pick);
        options = { seed: "", backgroundColor: [BACKGROUND], ...set.options(chosen, pick) };
        image = pixels(createAvatar(set.style, options).toString(), set.px);
      } while (seen.has(image.toString("latin1")));
      seen.add(image.toString("latin1"));
      images.push(image);
      for (const [what, move] of moves) {
        const avatar = createAvatar(set.style, { ...options, ...move.options });
        parts[what].push(cut(pixels(avatar.toString(), set.px), move, set.px));
      }
      rows.push(names.map((one) => set.attributes[one].values.indexOf(chosen[one])));
    }
    const to = (what) => join(folder, `${split}-${what}-ubyte.xz`);
    writeIdx(to("images-idx4"), [count, set.px, set.px, 3], images);
    writeIdx(to("labels-idx1"), [count], [Buffer.from(rows.map((row) => row[0]))]);
    writeIdx(to("attributes-idx2"), [count, names.length], [Buffer.from(rows.flat())]);
    for (const [what, { height, width }] of moves)
      writeIdx(
        join(moving, `${split}-${what}-idx4-ubyte.xz`),
        [count, height, width, 3],
        parts[what],
      );
  }
  const values = Object.fromEntries(names.map((one) => [one, set.attributes[one].values]));
  writeFileSync(join(folder, "attributes.json"), `${JSON.stringify(values, null, 1)}\n`);
}

const [target, ...only] = process.argv.slice(2);
for (const name of only.length ? only : Object.keys(SETS)) draw(name, join(target, name));
