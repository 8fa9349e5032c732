// Shows the keyframes at their times on the strip, the chosen one in the editor, and
// their pictures as the path passes them.

import { Thumbs } from "./thumbs.js";

export class KeyframePictures {
  /** `most`: keyframes of a loop; `parts`: {stage, strip, editor, view}. */
  constructor(engine, most, parts) {
    this.most = most;
    this.parts = parts;
    this.keys = [];
    this.presets = [];
    this.thumbs = new Thumbs(engine, () => this.paint());
  }

  /** Show the fitted keys of a state; without a plan they are evenly spaced. */
  show(keys, { settings, chosen }, about) {
    const { stage, strip, editor, view } = this.parts;
    const { plan } = stage;
    const { labels } = about;
    const spread = Array.from({ length: keys.length + 1 }, (_, i) => i / keys.length);
    const times = plan ? stage.times : spread;
    const seconds = plan ? stage.seconds / (settings.back ? 2 : 1) : 0;
    strip.show({ keys, chosen, labels, times, seconds });
    const rest = plan ? stage.rests()[chosen] : 0;
    const moves = plan && (settings.closed || chosen < keys.length - 1);
    editor.show({
      key: keys[chosen],
      index: chosen,
      labels,
      full: keys.length >= this.most,
      rests: plan ? rest * seconds : null,
      lasts: moves ? (times[chosen + 1] - times[chosen] - rest) * seconds : null,
    });
    this.at = chosen;
    const place = ({ z, seed }) => z ?? seed;
    // as the path passes them, clips of a model have the motion of the first keyframe
    const motion = about.motion && plan ? [place(keys[0])] : [];
    const face = (kind, key, z = stage.plans.home(key, about)) => ({
      name: JSON.stringify([about.model, kind, place(key), key.weights ?? key.label, ...motion]),
      z,
      weights: stage.plans.classes(key, about),
    });
    const kind = settings.path === "slerp" ? "slerp" : "sphere"; // the norm at which the path passes them
    this.keys = keys.map((key, i) => face(plan ? kind : "home", key, plan?.anchors[i]));
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
    const { stage, strip, view } = this.parts;
    if (!stage.plan) stage.canvas.setMessage(stage.canvas.lack.textContent, this.chosen);
    this.keys.forEach(({ name }, i) => strip.thumb(i, this.thumbs.get(name)));
    this.presets.forEach(({ name }, i) => view.picture(i, this.thumbs.get(name)));
  }
}
