// Base64 encoding and decoding.

/** Decode base64 to bytes. */
export const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** Decode base64 to little-endian float32 numbers. */
export const floats = (text) => new Float32Array(bytes(text).buffer);

/** Return the data URL of a PNG or JPEG in base64. */
export const pictureUrl = (text) =>
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

/** Convert base64 to base64url, which addresses may hold, and back. */
export const toUrl = (text) => text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
export const fromUrl = (text) => text.replaceAll("-", "+").replaceAll("_", "/");

/** Encode text as base64url, for a link. */
export const base64url = (text) => toUrl(base64(new TextEncoder().encode(text)));

/** Decode base64url to text. Throws an Error if it is not valid. */
export const base64urlText = (text) => new TextDecoder().decode(bytes(fromUrl(text)));
