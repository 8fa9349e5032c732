// The estimate of the file: limits are checked at once, and the server is asked for size and
// duration soon after the last edit.

const ASK_MS = 200; // after the state is stored, which is debounced itself
const RETRY_MS = 5000;
const BUTTON = ".lc-actions button"; // Gradio's first button

/** Return why this server would refuse the clip, as a text's key and values, or null. */
function forbidden({ max_frames, max_side, max_pixels }, { frames, size: { width, height } }) {
  if (frames > max_frames) return ["over", { n: frames, frames: max_frames }];
  if (Math.max(width, height) > max_side) {
    return ["over_side", { w: width, h: height, side: max_side }];
  }
  const pixels = frames * width * height;
  if (!max_pixels || pixels <= max_pixels) return null;
  return ["over_pixels", { n: Math.ceil(pixels / 1e6), most: Math.round(max_pixels / 1e6) }];
}

export class Estimate {
  /** `limits`: {max_frames, max_side, max_pixels}; `form` is the FileForm, which shows the estimate. */
  constructor(limits, server, say, form) {
    this.limits = limits;
    this.server = server;
    this.say = say;
    this.form = form;
    this.answer = null; // {bytes, seconds, wait_s} or {error}, of the recipe `text`
    this.text = null;
    this.trouble = null;
  }

  /** Set the clip {frames, size}, or why there is none; `changed`: the estimate is outdated. */
  look(clip, lack, changed) {
    const over = forbidden(this.limits, clip);
    this.trouble = lack ?? (over && this.say(...over));
    if (changed) [this.answer, this.text] = [null, null];
    this.show();
  }

  /** Request the estimate of this recipe unless it is known. */
  want(recipe) {
    const text = JSON.stringify(recipe);
    if (this.trouble || text === this.text) return;
    this.text = text;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(recipe, text), ASK_MS);
  }

  async send(recipe, text) {
    try {
      const answer = await this.server.estimate(recipe);
      if (text !== this.text || answer?.stale) return;
      this.answer = answer;
      this.show();
    } catch {
      if (text === this.text) this.timer = setTimeout(() => this.send(recipe, text), RETRY_MS);
    }
  }

  show() {
    const { answer } = this;
    const trouble = this.trouble ?? answer?.error ?? null;
    this.form.showEstimate(answer?.error ? null : answer, trouble);
    /** @type {HTMLButtonElement | null} */
    const button = document.querySelector(BUTTON);
    if (!button) return;
    button.disabled = Boolean(trouble);
    button.title = trouble ?? "";
  }
}
