// The Watch panel: the diagnosis, the film, its status, curves and vital signs, updated by
// polling. It polls only while it is on screen, and requests only what has changed.

import { thinned } from "../../charts/axes.js";
import { chart } from "../../charts/line_chart.js";
import { named } from "../../core/class_names.js";
import { fill } from "../../core/dom.js";
import { changed, endpoint } from "../../core/endpoint.js";
import { poll } from "../../core/poll.js";
import { shownStep, onShownStep, setShownStep } from "../../core/shown_step.js";
import { who } from "../../core/visitor.js";
import { doctor } from "../doctor/index.js";
import { markWords } from "../doctor/mark_words.js";
import { film } from "./film.js";
import { layout } from "./layout.js";
import { ACTIVE, status } from "./status.js";
import { vitals } from "./vitals.js";

const BUSY_MS = 700; // between polls while a run trains
const IDLE_MS = 3000; // otherwise, to notice a run that another visitor starts
const MAX_POINTS = 1200; // of a chart, on this page

export function mount({ element, props, server, watch, words }) {
  const say = (key, values = {}) => fill(words[key] || key, values);
  const ask = endpoint(server, words);
  const { find, put, head } = layout(element, say);
  const plate = find(".tr-plate");

  const text = (step) => say("train.at_step", { step: step.toLocaleString() });
  const curves = (names) => names.map(([key, color]) => ({ name: say(`train.${key}`), color }));
  const [left, right] = element.querySelectorAll("figure");
  const charts = [
    chart(left, {
      title: say("train.losses"),
      curves: curves([
        ["loss_g", "--tr-fake"],
        ["loss_d", "--tr-real"],
      ]),
      text,
    }),
    chart(right, {
      title: say("train.beliefs"),
      curves: curves([
        ["d_real", "--tr-real"],
        ["d_fake", "--tr-fake"],
      ]),
      range: [0, 1],
      text,
    }),
  ];
  const signs = vitals(find(".tr-vitals"), { say, text });
  const strip = doctor(find("section"), {
    say,
    words,
    treat: (remedy) => steer("treat", { remedy }),
    takeBack: (values) => steer("take_back", { values }),
  });
  const player = film({
    plate,
    bar: find(".tr-film"),
    fetchFrames: (wanted) => server.frames({ ...wanted, model: model() }),
    onShow: (step, beliefs) => {
      for (const one of [...charts, signs]) one.setMark(step);
      put(".tr-opinion", opinion(beliefs));
    },
    onSeek: (step) => run && setShownStep(run, step),
    say,
  });

  const model = () => props.value?.model ?? null; // chosen in the menu
  let show = ""; // the run that the visitor has opened; "" is the current one
  let cursor = {};
  let about = {}; // versions of the parts that the server sends only when they change
  let rows = [];
  let marks = [];
  let frames = []; // steps with a recorded picture
  let finding = null;
  let run = "";
  let before = ""; // the last state of the buttons
  let state = "idle";

  async function refresh() {
    try {
      await take(await server.progress({ ...cursor, show, model: model(), who: who() }));
    } catch {
      put(".ls-error", say("train.offline"));
      state = "idle";
    }
  }

  async function take(answer) {
    ({ state, cursor } = answer);
    const reset = answer.reset ?? false;
    ({ run } = cursor);
    if (reset) [rows, marks] = [[], []];
    if (answer.goal !== undefined) {
      const { goal, labelled, playable, title, data, labels } = answer;
      about = { goal, labelled, playable, title };
      head(named({ data, labels }, words));
      signs.name((k) => words[`class.${data}.${k}`] ?? String(k));
    }
    if (answer.rows) rows = thinned(rows.concat(answer.rows), MAX_POINTS);
    if (reset || answer.rows) {
      charts[0].setRows(rows.map(([step, g, d]) => [step, g, d]));
      charts[1].setRows(rows.map((row) => [row[0], row[3], row[4]]));
    }
    signs.take(answer.vitals, reset, rows.length ? rows.at(-1)[0] : 0);
    if (reset || answer.marks) {
      marks = marks.concat((answer.marks ?? []).map((mark) => markWords(mark, say)));
      for (const one of [...charts, signs]) one.setMarks(marks);
      put(".tr-told", marks.findLast(({ kind }) => kind !== "changed")?.text ?? "");
    }
    if (answer.finding !== undefined) ({ finding } = answer);
    strip.take(finding, answer.mine, run, cursor.at[1]);
    find(".tr-shown").hidden = !show || run !== show;
    put(".tr-shown span", say("watch.shown", { run: about.title }));
    if (answer.frames) frames = answer.frames;
    const line = status({ ...about, ...answer }, run, frames.length || rows.length, say);
    find(".tr-status").replaceChildren(...line);
    put(".ls-error", answer.error || answer.warning || "");
    await player.update({ ...answer, run, of: cursor.of });
    if (reset) player.seek(shownStep(run));
    const now = [state, run, about.playable].join();
    if (now !== before) document.dispatchEvent(new Event("ls:state")); // the form polls, too
    before = now;
  }

  // Show D's mean output for the displayed samples.
  function opinion(beliefs) {
    if (!beliefs) return say("watch.opinion_none");
    const percent = (share) => Math.round(100 * share);
    const mean = beliefs.reduce((sum, share) => sum + share, 0) / beliefs.length;
    return say("watch.opinions", { mean: percent(mean), most: percent(Math.max(...beliefs)) });
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

  const look = poll(plate, refresh, () => (ACTIVE.includes(state) ? BUSY_MS : IDLE_MS), []);
  find(".tr-shown button").addEventListener("click", () => open(""));
  document.addEventListener("ls:show", (event) => open(String(event.detail ?? "")));
  watch("value", look);
  onShownStep((name, step) => name === run && player.seek(step));
  // the visitor has changed the current run: show it at once
  document.addEventListener("ls:train", () => (show ? open("") : look()));
}
