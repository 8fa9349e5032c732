// What classes are called in the page's language; demo/server/class_names.py has the English ones.

/** The names of a model's classes: `data` and `labels` as the server tells of them. */
export const named = ({ data, labels }, words) =>
  labels.map((label, k) => words[`class.${data}.${k}`] ?? label);
