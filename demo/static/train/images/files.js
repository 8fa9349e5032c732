// Collects the chosen or dropped files into one upload body.

const HEAD = '{"latent_studio_images": 1}\n'; // start of a bundle, which gan/data/intake/sources.py reads

/** Return the files of an input as [{name, file}], with their folders. */
export const chosen = (files) =>
  Array.from(files, (file) => ({ name: file.webkitRelativePath || file.name, file }));

/**
 * Return the same of a drop, folders included; `onCount(count)` reports how many were found;
 * `most` limits them. Call it in the drop handler: the data is not available afterwards.
 */
export async function dropped({ items, files }, most, onCount) {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry?.()).filter((entry) => entry);
  if (!entries.length) return chosen(files);
  const found = [];
  const left = entries.map((entry) => [entry, ""]);
  while (left.length && found.length < most) {
    const [entry, above] = left.shift();
    const name = above + entry.name;
    if (entry.isFile) {
      const file = await new Promise((done) => entry.file(done, () => done(null)));
      if (file) found.push({ name, file });
    } else {
      for (const one of await children(entry)) left.push([one, `${name}/`]);
    }
    if (found.length % 100 === 1) onCount(found.length);
  }
  return found;
}

async function children(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    // it returns a hundred at a time
    const some = await new Promise((done) => reader.readEntries(done, () => done([])));
    if (!some.length) return all;
    all.push(...some);
  }
}

/** Whether some files, as `chosen` returns them, are clips by their names. */
export const someMove = (found) =>
  found.some(({ name }) => /\.(mp4|m4v|mov|avi|mkv|webm|gif|apng|zip)$/i.test(name));

const isZip = ({ name }) => /\.zip$/i.test(name);

/** Return {body, name, bytes}; a single zip is sent as it is, other files as a bundle. */
export function parcel(found) {
  const [first] = found;
  const bytes = found.reduce((sum, { file }) => sum + file.size, 0);
  if (found.length === 1 && isZip(first)) {
    return { body: first.file, name: first.name.replace(/\.zip$/i, ""), bytes };
  }
  const folder = first.name.includes("/") ? first.name.split("/")[0] : "";
  const parts = found.flatMap(({ name, file }) => [
    `${JSON.stringify({ name, bytes: file.size })}\n`,
    file,
  ]);
  return { body: new Blob([HEAD, ...parts]), name: folder, bytes };
}
