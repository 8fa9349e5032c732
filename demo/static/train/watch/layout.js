// The layout of the Watch panel.

const FIXED = {
  ".tr-nothing": "train.nothing",
  ".tr-best": "watch.best",
  ".tr-follow": "train.newest",
  ".tr-shown button": "watch.back",
};

const COLUMNS = 10;

/**
 * Fill `element` and return {find(selector), put(selector, text), head(labels)}: the
 * columns of the sheet get the names of these classes in turn.
 */
export function layout(element, say) {
  element.innerHTML = `
    <div class="tr-shown" hidden><span></span><button type="button" class="ls-btn"></button></div>
    <section class="dr"></section>
    <div class="ls-plate tr-plate" data-empty="yes">
      <div class="tr-sheet"><div class="tr-classes" aria-hidden="true"></div>
      <canvas width="280" height="174" role="img"></canvas></div>
      <p class="tr-nothing"></p>
    </div>
    <div class="tr-film">
      <button type="button" class="ls-btn tr-play"></button>
      <div class="tr-scrub">
        <input type="range" class="ls-range" min="0" max="0" step="1" value="0" disabled>
        <i class="tr-best-tick" hidden></i></div>
      <output class="tr-at"></output>
      <button type="button" class="ls-btn tr-best" disabled></button>
      <button type="button" class="ls-btn tr-follow"></button>
    </div>
    <p class="tr-status" role="status"></p>
    <p class="ls-error" role="alert"></p>
    <p class="tr-told"></p>
    <p class="ls-note tr-opinion"></p>
    <div class="tr-charts"><figure class="tr-chart"></figure><figure class="tr-chart"></figure></div>
    <section class="tr-vitals"></section>`;
  const find = (selector) => element.querySelector(selector);
  const put = (selector, text) => {
    find(selector).textContent = text;
  };
  for (const [selector, key] of Object.entries(FIXED)) put(selector, say(key));
  find("canvas").setAttribute("aria-label", say("train.sheet"));
  find(".tr-film input").setAttribute("aria-label", say("train.scrub"));
  find(".tr-best").title = say("watch.best_hint");
  const heads = find(".tr-classes");
  function head(labels) {
    heads.hidden = !labels.length;
    if (heads.hidden) return;
    heads.replaceChildren(
      ...Array.from({ length: COLUMNS }, (_, k) => {
        const name = labels[k % labels.length];
        return Object.assign(document.createElement("span"), { textContent: name, title: name });
      }),
    );
    turn();
  }
  // names wider than their columns are rotated
  function turn() {
    heads.classList.remove("tr-upright");
    const wide = ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth;
    heads.classList.toggle("tr-upright", [...heads.children].some(wide));
  }
  new ResizeObserver(turn).observe(find(".tr-sheet canvas"));
  return { find, put, head };
}
