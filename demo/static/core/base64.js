// Base64 encoding and decoding.

/** Decode base64 to bytes. */
export const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** Decode base64 to little-endian float32 numbers. */
export const floats = (text) => new Float32Array(bytes(text).buffer);

/** Return the data URL of a PNG or JPEG in base64. */
const pictureUrl = (text) =>
  `data:image/${text.startsWith("/9j/") ? "jpeg" : "png"};base64,${text}`;

/** Decode a PNG or JPEG in base64 to an image element. */
export async function decodePicture(text) {
  const image = new Image();
  image.src = pictureUrl(text);
  await image.decode();
  return image;
}

/** Encode bytes as base64. */
export const base64 = (data) =>
  btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));

/** Encode text as base64url, for a link. */
export const base64url = (text) =>
  base64(new TextEncoder().encode(text))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
