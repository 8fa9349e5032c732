// Files on their way to the server: from a choice or a drop to one body, and how far it is.

const HEAD = '{"latent_studio_images": 1}\n'; // of a bundle; gan/data/intake/sources.py reads it

/** Of files that an input has: [{name, file}], with their folders where they have any. */
export const chosen = (files) =>
  Array.from(files, (file) => ({ name: file.webkitRelativePath || file.name, file }));

/**
 * The same of all that was dropped, folders included; `told(count)` hears how many were found, and
 * `most` is enough of them. Call it while the drop is handled: what it holds is gone afterwards.
 */
export async function dropped({ items, files }, most, told) {
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
    if (found.length % 100 === 1) told(found.length);
  }
  return found;
}

async function children(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    // it gives a hundred at a time
    const some = await new Promise((done) => reader.readEntries(done, () => done([])));
    if (!some.length) return all;
    all.push(...some);
  }
}

const isZip = ({ name }) => /\.zip$/i.test(name);

/** What is sent: {body, name, bytes}; one zip goes as it is, all else as a bundle. */
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
