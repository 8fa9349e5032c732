// The Watch panel: the diagnosis, the film, its status, curves and vital signs, updated by
// polling. It polls only while it is on screen, and requests only what has changed.

import { thinned } from "../../charts/axes.js";
import { chart } from "../../charts/line_chart.js";
import { named } from "../../core/class_names.js";
import { fill } from "../../core/dom.js";
import { endpoint } from "../../core/endpoint.js";
import { atStep } from "../../core/format.js";
import { changed, notify } from "../../core/panel_events.js";
import { poll } from "../../core/poll.js";
import { shownStep, onShownStep, setShownStep } from "../../core/shown_step.js";
import { doctor } from "../doctor/index.js";
import { markWords } from "../doctor/words.js";
import { curvesOf } from "./curves.js";
import { film } from "./film.js";
import { layout } from "./layout.js";
import { GOING, status } from "./status.js";
import { vitals } from "./vitals.js";

const BUSY_MS = 700; // between polls while a run trains
const IDLE_MS = 3000; // otherwise, to notice a run that another visitor starts
const MAX_POINTS = 1200; // of a chart, on this page

export function mount({ element, props, server, watch, words }) {
  const say = (key, values = {}) => fill(words[key] || key, values);
  const ask = endpoint(server, words);
  const parts = layout(element, say);
  const text = (step) => atStep(step, say);
  const losses = chart(parts.losses, {
    title: say("train.losses"),
    curves: curvesOf(["loss_g", "loss_d"], say),
    text,
  });
  const beliefs = chart(parts.beliefs, {
    title: say("train.beliefs"),
    curves: curvesOf(["d_real", "d_fake"], say),
    range: [0, 1],
    text,
  });
  const signs = vitals(parts.vitals, { say, text });
  const charts = [losses, beliefs, signs];
  const strip = doctor(parts.doctor, {
    say,
    words,
    treat: (remedy) => steer("treat", { remedy }),
    takeBack: (values) => steer("take_back", { values }),
  });
  const player = film({
    parts,
    fetchFrames: (wanted) => server.frames({ ...wanted, model: model() }),
    onShow: (step, seen) => {
      for (const one of charts) one.setMark(step);
      parts.opinion.textContent = opinion(seen);
    },
    onSeek: (step) => run && setShownStep(run, step),
    say,
  });

  const model = () => props.value?.model ?? null; // chosen in the menu
  let show = ""; // the run that the visitor has opened; "" is the current one
  let cursor = {}; // versions of the parts that the server sends only when they change
  let about = {};
  let rows = [];
  let marks = [];
  let frames = []; // steps with a recorded picture
  let finding = null;
  let run = "";
  let before = ""; // the last state of the buttons
  let state = "idle";

  async function refresh() {
    const answer = await ask("progress", { ...cursor, show, model: model() });
    if (!answer.offline) return take(answer);
    parts.error.textContent = answer.sentence;
    state = "idle";
  }

  async function take(answer) {
    ({ state, cursor } = answer);
    const reset = answer.reset ?? false;
    ({ run } = cursor);
    if (reset) [rows, marks] = [[], []];
    if (answer.goal !== undefined) {
      const { goal, goal_s, playable, title, data, labels } = answer;
      about = { goal, goal_s, playable, title };
      parts.head(named({ data, labels }, words));
      signs.setNames((k) => words[`class.${data}.${k}`] ?? String(k));
    }
    if (answer.rows) rows = thinned(rows.concat(answer.rows), MAX_POINTS);
    if (reset || answer.rows) {
      losses.setRows(rows.map(([step, g, d]) => [step, g, d]));
      beliefs.setRows(rows.map((row) => [row[0], row[3], row[4]]));
    }
    signs.take(answer.vitals, reset, rows.length ? rows.at(-1)[0] : 0);
    if (reset || answer.marks) {
      marks = marks.concat((answer.marks ?? []).map((mark) => markWords(mark, say)));
      for (const one of charts) one.setMarks(marks);
      parts.event.textContent = marks.findLast(({ kind }) => kind !== "changed")?.text ?? "";
    }
    if (answer.finding !== undefined) ({ finding } = answer);
    strip.take(finding, answer.mine, run, cursor.at[1]);
    parts.shown.hidden = !show || run !== show;
    parts.shownRun.textContent = say("watch.shown", { run: about.title });
    frames = answer.frames ?? frames;
    const recorded = frames.length > 0 || rows.length > 0;
    if (run || state !== "idle")
      parts.status.replaceChildren(...status({ ...about, ...answer }, say));
    else parts.status.textContent = say(recorded ? "train.recorded" : "train.nothing_yet");
    parts.error.textContent = answer.error || answer.warning || "";
    await player.update({ ...answer, run, of: cursor.of, frames });
    if (reset) player.seek(shownStep(run));
    const now = [state, run, about.playable].join();
    if (now !== before) notify("ls:state"); // the form polls, too
    before = now;
  }

  // Describe D's outputs for the displayed samples.
  function opinion(shares) {
    if (!shares) return say("watch.opinion_none");
    const percent = (share) => Math.round(100 * share);
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    return say("watch.opinions", { mean: percent(mean), most: percent(Math.max(...shares)) });
  }

  async function steer(what, payload) {
    const answer = await ask(what, payload);
    changed();
    return answer;
  }

  function open(name) {
    show = name;
    props.value = { ...props.value, show }; // so that the displayed film is the one that is saved
    look();
  }

  const look = poll(parts.plate, refresh, () => (GOING.includes(state) ? BUSY_MS : IDLE_MS), []);
  parts.back.addEventListener("click", () => open(""));
  document.addEventListener("ls:show", (event) => open(String(event.detail ?? "")));
  watch("value", look);
  onShownStep((name, step) => name === run && player.seek(step));
  // the visitor has changed the current run: show it at once
  document.addEventListener("ls:train", () => (show ? open("") : look()));
}
