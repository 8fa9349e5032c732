// The Watch panel: the diagnosis, the film, its status, curves and vital signs, updated by
// polling. It polls only while it is on screen, and requests only what has changed.

import { onTravel, recall, show as showInAddress } from "../../page/address.js";
import { thinned } from "../../charts/axes.js";
import { chart } from "../../charts/line_chart.js";
import { named } from "../../core/class_names.js";
import { fill } from "../../core/dom.js";
import { endpoint } from "../../core/endpoint.js";
import { atStep } from "../../core/format.js";
import { changed, notify } from "../../core/panel_events.js";
import { poll } from "../../core/poll.js";
import { shownStep, onShownStep, setShownStep, stepOf } from "../../core/shown_step.js";
import { doctor } from "../doctor/index.js";
import { markWords } from "../doctor/words.js";
import { curvesOf } from "./curves.js";
import { film } from "./film.js";
import { layout } from "./layout.js";
import { GOING, status } from "./status.js";
import { stoppedRun } from "./stopped.js";
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
    say,
  });
  const beliefs = chart(parts.beliefs, {
    title: say("train.beliefs"),
    curves: curvesOf(["d_real", "d_fake"], say),
    range: [0, 1],
    text,
    say,
  });
  const signs = vitals(parts.vitals, { say, text });
  const charts = [losses, beliefs, signs];
  const strip = doctor(parts.doctor, {
    say,
    words,
    treat: (remedy) => steer("treat", { remedy }),
    takeBack: (values) => steer("take_back", { values }),
  });
  const offer = stoppedRun(parts, {
    say,
    resume: async (name) => {
      const answer = await steer("resume", { run: name });
      parts.error.textContent = answer.sentence || (answer.run ? "" : say("runs.queued"));
      return !answer.sentence;
    },
  });
  const player = film({
    parts,
    fetchFrames: (wanted) => server.frames({ ...wanted, model: model() }),
    onShow: (step, seen, isNewest) => {
      for (const one of charts) one.setMark(isNewest ? null : step);
      label(step);
      diagnose();
      parts.opinion.textContent = opinion(seen);
    },
    onSeek: (step) => {
      if (run) setShownStep(run, step);
      wanted = "";
      note(step);
    },
    say,
  });

  const model = () => props.value?.model ?? null; // chosen in the menu
  let { run: show = "", step: wanted = "" } = recall("train/watch");
  // show: the run that the visitor has opened; "" is the current one. wanted: the step to go to
  let cursor = {}; // versions of the parts that the server sends only when they change
  let about = {};
  let rows = [];
  let marks = [];
  let frames = []; // steps with a recorded picture
  let finding = null;
  let mine = false; // this visitor may apply remedies
  let run = "";
  let before = ""; // the last state of the buttons
  let state = "idle";
  if (show) props.value = { ...props.value, show }; // so that the displayed film is the one that is saved

  async function refresh() {
    const asked = show;
    const answer = await ask("progress", { ...cursor, show, model: model() });
    if (asked !== show) return; // the visitor has opened another run meanwhile
    if (!answer.offline) return take(answer);
    parts.status.textContent = answer.sentence;
    parts.error.textContent = "";
    [state, mine] = ["idle", false];
    label(player.shown());
    diagnose();
  }

  async function take(answer) {
    ({ state, cursor } = answer);
    const reset = answer.reset ?? false;
    ({ run } = cursor);
    if (reset) [rows, marks] = [[], []];
    if (answer.goal !== undefined) {
      const { goal, goal_s, playable, title, data, labels, clips } = answer;
      about = { goal, goal_s, playable, title };
      parts.clips.hidden = !clips;
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
    ({ mine } = answer);
    if (reset && run !== show) show = ""; // it is no longer on the server
    parts.back.hidden = !show;
    if (reset) offer.show(answer.stopped);
    frames = answer.frames ?? frames;
    const recorded = frames.length > 0 || rows.length > 0;
    if (run || state !== "idle")
      parts.status.replaceChildren(...status({ ...about, ...answer }, say));
    else parts.status.textContent = say(recorded ? "train.recorded" : "train.nothing_yet");
    parts.error.textContent = answer.error || answer.warning || "";
    await player.update({ ...answer, run, of: cursor.of, frames });
    label(player.shown() ?? answer.step);
    if (reset) seek();
    diagnose();
    const now = [state, run, about.playable].join();
    if (now !== before) notify("ls:state"); // the form polls, too
    before = now;
  }

  // Say whether the picture is live or recorded, of which run and step.
  function label(step) {
    if (step === undefined) return;
    const isLive = GOING.includes(state) && player.at() === null;
    const name = run ? about.title : say("watch.bundled", { title: about.title });
    parts.kind.textContent = say(
      !isLive ? "watch.recording" : state === "paused" ? "train.state_paused" : "watch.live",
    );
    parts.kind.dataset.live = String(isLive);
    parts.shownRun.textContent = [name, text(step)].join(" \u00b7 ");
  }

  // Show the diagnosis if it says something of the displayed picture.
  function diagnose() {
    const [newest, rewinds] = cursor.at ?? [0, 0];
    const read = signs.newest() ?? newest;
    const isLater = player.at() !== null && player.at() < read;
    strip.take({ found: finding, read, newest, isLater, allowed: mine, run, rewinds });
  }

  // Go to the step of the address, or to that set on another tab.
  function seek() {
    const step = stepOf(wanted) ?? shownStep(run);
    player.seek(step);
    if (run && wanted && player.at() === step) setShownStep(run, step);
    if (run) wanted = ""; // the recording may still be that of another model
    note(player.at());
  }

  function note(step, fresh = false) {
    const texts = { ...(show && { run: show }), ...(step !== null && { step: String(step) }) };
    showInAddress("train/watch", () => texts, fresh);
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

  function open(name, fresh = false) {
    show = name;
    note(null, fresh);
    props.value = { ...props.value, show };
    look();
  }

  const look = poll(parts.plate, refresh, () => (GOING.includes(state) ? BUSY_MS : IDLE_MS), []);
  parts.back.addEventListener("click", () => open("", true));
  onTravel("train/watch", (texts) => {
    wanted = texts.step ?? "";
    if ((texts.run ?? "") !== show) return open(texts.run ?? "");
    if (!wanted && run) setShownStep(run, null);
    seek();
  });
  document.addEventListener("ls:show", (event) => open(String(event.detail ?? "")));
  watch("value", look);
  onShownStep((name, step) => name === run && player.seek(step));
  // the visitor has changed the current run: show it at once
  document.addEventListener("ls:train", () => {
    wanted = "";
    if (show) open("");
    else look();
  });
}
