// Reads the recipes embedded in exported clips, as gan/media/embedded.py does.
// Files are untrusted: only a bounded part of a file of any size is read, and no pixels.

import { ClipError } from "./clip_recipe.js";
import * as bytes from "./embedded_bytes.js";
import * as pictures from "./embedded_images.js";
import * as tracks from "./embedded_video.js";
import * as zip from "./embedded_zip.js";
const { BYTES_MAX, Torn, starts } = bytes;

const FILE_MAX = 4e9; // bytes

function readerOf(head) {
  if (starts(head, "GIF8")) return pictures.readGif;
  if (starts(head, pictures.PNG, 1)) return pictures.readPng;
  if (starts(head, "RIFF") && starts(head, "WEBP", 8)) return pictures.readWebp;
  if (starts(head, "ftyp", 4)) return tracks.readMp4;
  if (bytes.uint(head, 0, 4) === 0x1a45dfa3) return tracks.readWebm;
  if (starts(head, "PK\x03\x04") || starts(head, "PK\x05\x06")) return zip.readZip;
  return readJson;
}

async function readJson(file) {
  const raw = await file.take(0, BYTES_MAX);
  const text = new TextDecoder().decode(raw);
  if (!text.trimStart().startsWith("{")) return null;
  // longer than any recipe
  return file.size <= BYTES_MAX ? raw : new Uint8Array(BYTES_MAX).fill(32);
}

/** Return the text of the recipe that a file embeds or is; null if there is none or it is damaged. */
export async function readText(file) {
  const source = bytes.ofFile(file);
  try {
    const found = await readerOf(await source.take(0, 16))(source);
    return found && new TextDecoder("utf-8", { fatal: true }).decode(found);
  } catch (error) {
    if (error instanceof Torn || error instanceof TypeError) return null; // of the decoder
    throw new ClipError("clip.unreadable"); // a folder, or removed meanwhile
  }
}

/**
 * Return the clip recipe of an exported file or of a .json, or {still: recipe} of a picture.
 *
 * clips, pictures: a ClipRecipes and an ImageRecipes. Throws ClipError, or RecipeError for a picture.
 */
export async function readClip(file, clips, pictures) {
  if (file.size > FILE_MAX) throw new ClipError("clip.large", { limit: FILE_MAX / 1e9 });
  const text = await readText(file);
  if (text === null) throw new ClipError("clip.none");
  const given = clips.read(text);
  const still =
    given && Object.hasOwn(given, "latent_studio") && !Object.hasOwn(given, "latent_studio_clip");
  return still ? { still: pictures.check(given) } : clips.check(given);
}
