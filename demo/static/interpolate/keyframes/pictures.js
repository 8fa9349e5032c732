// Shows the keyframes at their times on the strip, the chosen one in the editor, and
// their pictures as the path passes them.

import { Thumbs } from "./thumbs.js";

export class KeyframePictures {
  constructor(engine, most, { stage, strip, editor, view }) {
    this.most = most; // keyframes of a loop
    this.stage = stage;
    this.strip = strip;
    this.editor = editor;
    this.view = view;
    this.keys = [];
    this.presets = [];
    this.thumbs = new Thumbs(engine, () => this.paint());
  }

  /** Show the fitted keys of a state; without a plan they are evenly spaced. */
  show(keys, { settings, chosen }, about) {
    const { plan, seconds: all, times: planned } = this.stage;
    const { labels } = about;
    const spread = Array.from({ length: keys.length + 1 }, (_, i) => i / keys.length);
    const times = plan ? planned : spread;
    const seconds = plan ? all / (settings.back ? 2 : 1) : 0;
    this.strip.show({ keys, chosen, labels, times, seconds });
    const rest = plan ? this.stage.rests()[chosen] : 0;
    const moves = plan && (settings.closed || chosen < keys.length - 1);
    this.editor.show({
      key: keys[chosen],
      index: chosen,
      labels,
      full: keys.length >= this.most,
      rests: plan ? rest * seconds : null,
      lasts: moves ? (times[chosen + 1] - times[chosen] - rest) * seconds : null,
    });
    this.picture(keys, settings, chosen, about);
  }

  picture(keys, settings, chosen, about) {
    const { stage, view } = this;
    this.at = chosen;
    const face = (kind, key, z = stage.plans.home(key, about)) => ({
      name: JSON.stringify([about.model, kind, key.z ?? key.seed, key.weights ?? key.label]),
      z,
      weights: stage.plans.classes(key, about),
    });
    const kind = settings.path === "slerp" ? "slerp" : "sphere"; // the norm at which the path passes them
    const { anchors } = stage.plan ?? {};
    this.keys = keys.map((key, i) => (anchors ? face(kind, key, anchors[i]) : face("home", key)));
    const offered = view.offer(about, keys[chosen]?.label ?? 0);
    this.presets = offered.map(({ thumb }) => face("home", thumb));
    this.thumbs.want(about.model, [...this.keys, ...this.presets]);
    this.paint();
  }

  renew(about) {
    this.thumbs.renew();
    this.thumbs.want(about.model, [...this.keys, ...this.presets]);
  }

  /** The picture of the chosen keyframe, or undefined. */
  get chosen() {
    return this.keys[this.at] && this.thumbs.get(this.keys[this.at].name);
  }

  paint() {
    const { stage } = this;
    if (!stage.plan) stage.canvas.setMessage(stage.canvas.lack.textContent, this.chosen);
    this.keys.forEach(({ name }, i) => this.strip.thumb(i, this.thumbs.get(name)));
    this.presets.forEach(({ name }, i) => this.view.picture(i, this.thumbs.get(name)));
  }
}
