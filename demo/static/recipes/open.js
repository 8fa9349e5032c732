// Recipes in files and links, which the server reads and checks (demo/server/recipes.py).

import { root } from "../core/upload.js";
import { refusal } from "../core/visitor.js";
import { RecipeError } from "./image_recipe.js";

const [HEAD, TAIL] = [4e6, 8e6]; // bytes of a larger file that are sent: one of them has the recipe

/**
 * Return the answer {picture} or {clip} for a file or the text of a link, a Blob.
 *
 * kind: "picture" or "clip", what is expected. Throws RecipeError.
 */
export async function openRecipe(file, kind, words) {
  const { size } = file;
  const sent = size > HEAD + TAIL ? [file.slice(0, HEAD), file.slice(size - TAIL)] : [file];
  const body = await new Blob(sent).arrayBuffer().catch(() => {
    throw new RecipeError(words["recipe.unreadable"]);
  });
  const { language } = navigator;
  const query = new URLSearchParams(Object.entries({ kind, language, head: HEAD, size }));
  const answer = await fetch(`${root()}/studio/recipe?${query}`, { method: "POST", body })
    .then((response) => response.json())
    .catch(() => ({ error: words["explore.failed"] }));
  const why = refusal(answer, words);
  if (why) throw new RecipeError(why);
  return answer;
}
