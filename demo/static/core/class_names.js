// Class names in the page's language; demo/server/model_menu.py has the English ones.

/** Return the class names of a model from the server's `data` and `labels`. */
export const named = ({ data, labels }, words) =>
  labels.map((label, k) => words[`class.${data}.${k}`] ?? label);
