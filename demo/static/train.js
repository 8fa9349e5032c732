// The Train panel: the film above, its status, curves and vital signs below, kept fresh by polling.
// It polls only while it is on screen, and asks only for what it does not have.

const version = new URL(import.meta.url).search; // siblings of the same version
const { chart } = await import("./chart.js" + version);
const { film } = await import("./film.js" + version);
const { vitals } = await import("./vitals.js" + version);
const { fill } = await import("./dom.js" + version);

const BUSY_MS = 700; // between polls while a run goes on
const IDLE_MS = 3000; // else: notices a run that another visitor starts
const MAX_POINTS = 1200; // of a chart, here
const ACTIVE = ["loading", "running", "paused"];

export function mount({ element, trigger, watch, server, words }) {
  const say = (key, values = {}) => fill(words[key] || key, values);
  element.innerHTML = `
    <div class="ls-plate tr-plate" data-empty="yes">
      <div class="tr-sheet"><div class="tr-classes" aria-hidden="true"></div>
      <canvas width="280" height="168" role="img"></canvas></div>
      <p class="tr-nothing"></p>
    </div>
    <div class="tr-film">
      <button type="button" class="ls-btn tr-play"></button>
      <input type="range" class="ls-range" min="0" max="0" step="1" value="0" disabled>
      <output class="tr-at"></output>
      <button type="button" class="ls-btn tr-follow"></button>
    </div>
    <p class="tr-status" role="status"></p>
    <p class="ls-error" role="alert"></p>
    <p class="tr-told"></p>
    <div class="tr-charts"><figure class="tr-chart"></figure><figure class="tr-chart"></figure></div>
    <section class="tr-vitals"></section>`;
  const find = (selector) => element.querySelector(selector);
  const plate = find(".tr-plate"); // `element` has no box of its own on a phone
  find("canvas").setAttribute("aria-label", say("train.sheet"));
  find(".tr-film input").setAttribute("aria-label", say("train.scrub"));
  find(".tr-nothing").textContent = say("train.nothing");
  find(".tr-follow").textContent = say("train.newest");
  for (let k = 0; k < 10; k++) find(".tr-classes").append(document.createElement("span"));
  find(".tr-classes").childNodes.forEach((node, k) => (node.textContent = k));

  const text = (step) => say("train.at_step", { step: step.toLocaleString() });
  const [left, right] = element.querySelectorAll("figure");
  const charts = [
    chart(left, {
      title: say("train.losses"),
      curves: [
        { name: say("train.loss_g"), color: "--tr-fake" },
        { name: say("train.loss_d"), color: "--tr-real" },
      ],
      text,
    }),
    chart(right, {
      title: say("train.beliefs"),
      curves: [
        { name: say("train.d_real"), color: "--tr-real" },
        { name: say("train.d_fake"), color: "--tr-fake" },
      ],
      range: [0, 1],
      text,
    }),
  ];
  const signs = vitals(find(".tr-vitals"), { say, text });
  const marked = [...charts, signs];
  const reel = film({
    plate,
    bar: find(".tr-film"),
    fetchFrames: (wanted) => server.frames(wanted),
    onStep: (step, newest) => marked.forEach((one) => one.setMark(newest ? null : step)),
    say,
  });

  let cursor = {};
  let rows = [];
  let frames = []; // steps with a recorded picture
  let before = ""; // what the buttons depend on, as last told
  let state = "idle";
  let timer = 0;
  let asking = false;
  let again = false;

  const onScreen = () => !document.hidden && plate.offsetParent !== null;

  async function poll() {
    clearTimeout(timer);
    if (asking) return void (again = true);
    if (onScreen()) {
      asking = true;
      try {
        await take(await server.progress(cursor));
      } catch (problem) {
        find(".ls-error").textContent = say("train.offline");
        state = "idle";
      }
      asking = false;
    }
    if (!element.isConnected) return;
    timer = setTimeout(poll, again ? 0 : ACTIVE.includes(state) ? BUSY_MS : IDLE_MS);
    again = false;
  }

  async function take(answer) {
    state = answer.state;
    cursor = answer.cursor;
    if (answer.reset) rows = [];
    if (answer.rows) rows = thin(rows.concat(answer.rows));
    if (answer.reset || answer.rows) {
      charts[0].setRows(rows.map(([step, g, d]) => [step, g, d]));
      charts[1].setRows(rows.map((row) => [row[0], row[3], row[4]]));
    }
    signs.take(answer.vitals, answer.reset, rows.length ? rows.at(-1)[0] : 0);
    find(".tr-classes").hidden = !answer.labelled;
    find(".tr-status").replaceChildren(...status(answer));
    find(".ls-error").textContent = answer.error || answer.warning || "";
    if (answer.note !== undefined) find(".tr-told").textContent = answer.note;
    if (answer.frames_added) {
      const stay = frames.filter((step) => !answer.frames_dropped.includes(step));
      answer.frames = [...stay, ...answer.frames_added].sort((a, b) => a - b);
    }
    if (answer.frames) frames = answer.frames;
    await reel.update(answer);
    const now = [answer.state, answer.run, answer.playable].join();
    if (now !== before) trigger("input");
    before = now;
  }

  function status(answer) {
    const part = (content, name = "span") => {
      const node = document.createElement(name);
      node.textContent = content;
      return node;
    };
    if (!answer.run && answer.state === "idle") {
      return [part(say(answer.frames || rows.length ? "train.recorded" : "train.nothing_yet"))];
    }
    const count = (n) => n.toLocaleString();
    const early = answer.state === "done" && answer.step < answer.goal;
    const parts = [part(say("train.state_" + (early ? "stopped" : answer.state)), "b")];
    parts.push(part(say("train.steps_of", { step: count(answer.step), goal: count(answer.goal) })));
    if (answer.rate && answer.state === "running") {
      parts.push(part(say("train.rate", { rate: count(Math.round(answer.rate)) })));
    }
    if (answer.elapsed) parts.push(part(say("train.elapsed", { time: clock(answer.elapsed) })));
    if (answer.left !== null && ACTIVE.includes(answer.state)) {
      parts.push(part(say("train.left", { time: clock(answer.left) })));
    }
    return parts;
  }

  function clock(seconds) {
    const s = Math.round(seconds);
    if (s < 60) return say("train.s", { s });
    if (s < 3600) return say("train.min_s", { m: Math.floor(s / 60), s: s % 60 });
    return say("train.h_min", { h: Math.floor(s / 3600), m: Math.floor((s % 3600) / 60) });
  }

  watch("value", poll); // Python changed something: look at once
  document.addEventListener("visibilitychange", poll);
  new IntersectionObserver((seen) => seen[0].isIntersecting && poll()).observe(plate);
  poll();
}

// Halve the older points when there are too many; the newest stay as they came.
function thin(rows) {
  if (rows.length <= MAX_POINTS) return rows;
  const half = rows.length >> 1;
  return rows.filter((_, index) => index >= half || index % 2 === 0);
}
