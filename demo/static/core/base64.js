// Bytes as text and back, as they travel in JSON.

/** The bytes of base64 text. */
export const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** float32 numbers of base64 text, little-endian. */
export const floats = (text) => new Float32Array(bytes(text).buffer);

/** An address of a picture, of the base64 text of a PNG or JPEG. */
export const pictureUrl = (text) =>
  `data:image/${text.startsWith("/9j/") ? "jpeg" : "png"};base64,${text}`;

/** Base64 of bytes. */
export const base64 = (data) =>
  btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));
