// Bytes as text and back, as they travel in JSON.

/** The bytes of base64 text. */
export const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** float32 numbers of base64 text, little-endian. */
export const floats = (text) => new Float32Array(bytes(text).buffer);

/** Base64 of bytes. */
export const base64 = (data) =>
  btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));
