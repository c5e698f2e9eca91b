// Four charts with one line for each link, over them a strip of states. Data come as a course (GET /dashboard/course); the step that goes on
// is kept up to date from what comes live.

import { find, make, write, badge } from "./dom.js";
import { say, language, rate, milliseconds, percent, moment, stateWord } from "./format.js";

const palette = ["--line-1", "--line-2", "--line-3", "--line-4", "--line-5", "--line-6"];
const letters = { u: "up", s: "standby", g: "degraded", d: "down", x: "disabled" };
const kinds = [
  { id: "in", field: "in", scale: 8, format: value => rate(value / 8) },
  { id: "out", field: "out", scale: 8, format: value => rate(value / 8) },
  { id: "latency", field: "latency", scale: 1, format: milliseconds },
  { id: "loss", field: "loss", scale: 1, format: percent },
];
const order = [];
const charts = [];
let course = null, span = "15min", sums = new Map(), timer = 0;

export function colourOf(link) {
  if (!order.includes(link)) order.push(link);
  return `var(${palette[order.indexOf(link) % palette.length]})`;
}

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function startCharts() {
  for (const button of document.querySelectorAll("[data-span]")) button.addEventListener("click", () => choose(button.dataset.span));
  addEventListener("resize", () => charts.forEach(chart => chart.plot.setSize(sizeOf(chart.box))));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  choose(span);
}

function choose(wanted) {
  span = wanted;
  for (const button of document.querySelectorAll("[data-span]")) button.setAttribute("aria-pressed", String(button.dataset.span === span));
  load();
}

async function load() {
  clearTimeout(timer);
  const wanted = span;
  try {
    const answer = await fetch(`/dashboard/course?span=${wanted === "15min" ? "2h" : wanted}`);
    if (!answer.ok || wanted !== span) return;
    course = await answer.json();
    if (wanted === "15min") shorten(90);
    sums.clear();
    draw();
  } catch {
    // The stream says that the router does not answer; the charts stay as they are.
  } finally {
    if (wanted === span) timer = setTimeout(load, Math.max(30, course?.stepSeconds ?? 30) * (course?.stepSeconds === 10 ? 4000 : 1000));
  }
}

// The last steps only: what happens just now, large.
function shorten(steps) {
  for (const line of course.links) {
    course.from += line === course.links[0] ? (line.in.length - steps) * course.stepSeconds : 0;
    for (const field of ["in", "out", "loss", "latency", "states"]) line[field] = line[field].slice(-steps);
  }
  course.changes = course.changes.filter(change => change.time >= course.from);
}

// Live numbers go into the last step, as the mean since it began; when its time is over a new one begins.
export function follow(state) {
  if (!course || course.links.length === 0) return;
  const now = Date.parse(state.time) / 1000, step = course.stepSeconds;
  let last = course.from + (course.links[0].in.length - 1) * step;
  if (now - last > 3 * step) {
    load();
    return;
  }
  let isNew = false;
  while (now >= last + step) {
    for (const line of course.links) {
      for (const field of ["in", "out", "loss", "latency"]) line[field] = [...line[field].slice(1), null];
      line.states = `${line.states.slice(1)}.`;
    }
    course.from += step;
    last += step;
    sums.clear();
    isNew = true;
  }
  for (const link of state.links) {
    const line = course.links.find(one => one.link === link.name);
    if (!line) continue;
    const index = line.in.length - 1, sum = sums.get(link.name) ?? { in: (line.in[index] ?? 0) * 5, out: (line.out[index] ?? 0) * 5, count: line.in[index] === null ? 0 : 5 };
    sum.in += link.received.octetsPerSecond;
    sum.out += link.sent.octetsPerSecond;
    sum.count++;
    sums.set(link.name, sum);
    line.in[index] = sum.in / sum.count;
    line.out[index] = sum.out / sum.count;
    line.latency[index] = link.latencyMilliseconds;
    line.loss[index] = link.lossShare;
    note(line, link, index, now);
  }
  update(isNew);
}

function note(line, link, index, now) {
  const letter = Object.keys(letters).find(one => letters[one] === link.state) ?? ".";
  const before = line.known ?? line.states.slice(0, index + 1).replace(/\.+$/, "").slice(-1);
  if (before && before !== letter) {
    course.changes.push({ time: now, link: link.name, state: link.state, text: link.cause ?? "" });
    line.isChanged = true;
  }
  line.known = letter;
  const worst = "dgxsu";
  const standing = line.states[index];
  if (standing === "." || worst.indexOf(letter) < worst.indexOf(standing)) line.states = line.states.slice(0, index) + letter;
}

function times() {
  return Array.from({ length: course.links[0]?.in.length ?? 0 }, (_, index) => course.from + index * course.stepSeconds);
}

function dataOf(kind) {
  return [times(), ...course.links.map(line => line[kind.field].map(value => value === null ? null : value * kind.scale))];
}

function sizeOf(box) {
  return { width: Math.max(200, box.clientWidth), height: innerWidth < 700 ? 150 : 190 };
}

function draw() {
  if (!course) return;
  course.links.forEach(line => colourOf(line.link));
  charts.splice(0).forEach(chart => chart.plot.destroy());
  for (const kind of kinds) {
    const box = find(`chart-${kind.id}`);
    charts.push({ kind, box, plot: new uPlot(options(kind, box), dataOf(kind), box) });
  }
  legend();
  strips();
  changes();
}

function update(isNew) {
  for (const chart of charts) chart.plot.setData(dataOf(chart.kind));
  if (isNew || course.links.some(line => line.isChanged)) {
    strips();
    changes();
    course.links.forEach(line => { line.isChanged = false; });
  }
}

function options(kind, box) {
  const ink = colour("--soft"), grid = { stroke: colour("--line"), width: 1 };
  const axis = { stroke: ink, grid, ticks: { show: false }, font: "12px system-ui, sans-serif" };
  const least = { in: 1e5, out: 1e5, latency: 10, loss: 0.05 }[kind.id];
  return {
    ...sizeOf(box), legend: { show: false }, cursor: { y: false, drag: { x: false, y: false }, sync: { key: "router" } },
    scales: { y: { range: (plot, low, high) => [0, kind.id === "loss" ? Math.max(least, Math.min(1, (high ?? 0) * 1.1)) : Math.max(least, (high ?? 0) * 1.1)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 26, values: (plot, ticks) => ticks.map(tick => tickText(tick)) },
      { ...axis, size: 76, space: 44, values: (plot, ticks) => ticks.map(kind.format) },
    ],
    series: [{}, ...course.links.map(line => ({ label: line.link, stroke: colour(palette[order.indexOf(line.link) % palette.length]), width: 1.75, points: { show: false }, spanGaps: false }))],
    hooks: { draw: [marks], setCursor: [plot => point(plot, kind)] },
  };
}

const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const date = new Intl.DateTimeFormat(language, { month: "short", day: "numeric" });
const tickText = tick => span !== "week" && span !== "month" ? hour.format(tick * 1000) : date.format(tick * 1000);

// A line where a link went down, a thinner one where it came back.
function marks(plot) {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const change of course.changes) {
    const x = plot.valToPos(change.time, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = colour(change.state === "down" ? "--bad" : change.state === "degraded" ? "--warn" : "--soft");
    ctx.globalAlpha = change.state === "down" ? 0.7 : 0.35;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

function point(plot, kind) {
  const place = find(`point-${kind.id}`), index = plot.cursor.idx;
  if (index === null || index === undefined || plot.cursor.left < 0) {
    write(place, "");
    return;
  }
  const values = course.links.map((line, at) => plot.data[at + 1][index] === null || plot.data[at + 1][index] === undefined ? null : `${line.link} ${kind.format(plot.data[at + 1][index])}`);
  write(place, [moment(plot.data[0][index] * 1000), ...values.filter(text => text)].join("  ·  "));
}

function legend() {
  find("legend").replaceChildren(...course.links.map(line => {
    const chip = make("span", { class: "chip", "aria-hidden": "true" });
    chip.style.background = colourOf(line.link);
    return make("li", {}, chip, line.link);
  }));
}

// For each link its states over the span, as wide pieces as they lasted.
function strips() {
  find("strips").replaceChildren(...course.links.map(line => {
    const bar = make("div", { class: "strip", role: "img", "aria-label": `${line.link}: ${summary(line.states)}` });
    for (const piece of line.states.match(/(.)\1*/g) ?? []) {
      const part = make("i", { class: letters[piece[0]] ?? "unknown", title: stateWord(letters[piece[0]] ?? "unknown") });
      part.style.flexGrow = piece.length;
      bar.append(part);
    }
    return make("div", { class: "strip-row" }, make("span", {}, line.link), bar);
  }));
}

function summary(states) {
  const known = [...states].filter(letter => letter !== ".");
  if (known.length === 0) return stateWord("unknown");
  const well = known.filter(letter => letter === "u" || letter === "s").length;
  return say("well_share", percent(well / known.length));
}

function changes() {
  const latest = [...course.changes].sort((one, other) => other.time - one.time).slice(0, 12);
  find("changes").replaceChildren(...latest.map(change => make("li", {}, make("time", {}, moment(change.time * 1000)), make("strong", {}, change.link), badge(stateWord(change.state), change.state), make("span", { class: "soft" }, change.text))));
  find("changes-none").hidden = latest.length > 0;
}
