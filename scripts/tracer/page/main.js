// The page of a recorded run: puts the parts together and listens to keys.
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import { Drawing, ROW } from "./drawing.js";
import { Code, Printed, State, Steps, showFaults } from "./panels.js";
import { evenTime, squeezedTime } from "./scale.js";
import { States, stopsOf } from "./state.js";
import { ending, milliseconds, span, stepWords } from "./words.js";

const byId = (id) => document.getElementById(id);
const read = (id) => JSON.parse(byId(id).textContent);

const run = read("run-data");
const view = read("view-data");
const states = new States(run);
const stops = stopsOf(run, view.words, states.steps);
const stopOf = new Map(); // event: the first stop at it
stops.forEach((number, place) => {
  const { index } = states.steps[number];
  if (!stopOf.has(index)) stopOf.set(index, place);
});

const drawing = new Drawing(byId("canvas"), run, view);
const code = new Code(run);
const panel = new State(run, view, states);
const printed = new Printed(states);
const steps = new Steps(run, view, states, stops, go);
let current = -1; // the place in stops; -1: before the first
let fault = -1;
let playing = null;
let asked = false;

function step() {
  return current < 0 ? null : states.steps[stops[current]];
}

// Draws once a frame, however often it is asked.
function redraw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    drawing.draw(step()?.index ?? null, step()?.t ?? null);
  });
}

function go(place) {
  current = Math.max(-1, Math.min(place, stops.length - 1));
  const here = step();
  const state = states.at(current < 0 ? -1 : stops[current]);
  const now = byId("now");
  const count = document.createElement("b");
  count.textContent = `Step ${current + 1} of ${stops.length}`;
  const words = here
    ? ` · ${milliseconds(here.t)} ms · ${stepWords(run, view, here)}`
    : " · before the first step";
  now.replaceChildren(count, words);
  code.show(state);
  panel.show(state, here?.t ?? 0);
  printed.show(state);
  steps.show(current);
  if (here) follow(here);
  redraw();
}

// Moves the timeline so that the step can be seen.
function follow({ t, index }) {
  const x = drawing.x(drawing.scale(t));
  if (x < drawing.names + 4 || x > drawing.width - 12) {
    const to = drawing.names + drawing.room * 0.2;
    byZoom.translateBy(select(byId("canvas")), (to - x) / drawing.transform.k, 0);
  }
  const row = view.row[index];
  const box = byId("timeline");
  if (row == null) return;
  const top = row * ROW;
  if (top < box.scrollTop) box.scrollTop = top;
  const below = top + 2 * ROW + 4 - box.clientHeight;
  if (below > box.scrollTop) box.scrollTop = below;
}

function pass(direction) {
  for (let place = current + direction; place >= 0 && place < stops.length;
    place += direction) {
    const { index, end } = states.steps[stops[place]];
    if (!end && run.events[index].kind === "sleep") return go(place);
  }
  return go(direction < 0 ? -1 : stops.length - 1);
}

function toFault(number) {
  if (!run.attention.length) return;
  fault = (number + run.attention.length) % run.attention.length;
  const index = run.attention[fault].events.find((each) => stopOf.has(each));
  if (index !== undefined) go(stopOf.get(index));
}

function play(on) {
  if (playing) clearInterval(playing);
  playing = null;
  byId("play").textContent = on ? "Pause" : "Play";
  byId("now").setAttribute("aria-live", on ? "off" : "polite");
  if (!on) return;
  if (current >= stops.length - 1) go(-1);
  playing = setInterval(() => {
    if (current >= stops.length - 1) play(false);
    else go(current + 1);
  }, 1000 / Number(byId("speed").value));
}

const byZoom = zoom()
  .filter((event) => event.type !== "wheel" || event.ctrlKey || event.metaKey)
  .on("zoom", ({ transform }) => {
    drawing.transform = transform;
    redraw();
  });

// Bigger or smaller around the current step.
function scaleBy(factor) {
  const middle = drawing.names + drawing.room / 2;
  const x = step() ? drawing.x(drawing.scale(step().t)) : middle;
  const isSeen = x >= drawing.names && x <= drawing.width;
  byZoom.scaleBy(select(byId("canvas")), factor, [isSeen ? x : middle, 0]);
}

function fit() {
  byZoom.transform(select(byId("canvas")), zoomIdentity);
}

function setEven(even) {
  byId("even").setAttribute("aria-pressed", even);
  drawing.setScale(even ? evenTime(view) : squeezedTime(run, view));
  fit();
  redraw();
}

function isEven() {
  return byId("even").getAttribute("aria-pressed") === "true";
}

function resize() {
  const box = byId("timeline");
  const rows = view.rows.length * ROW + 28;
  byId("spacer").style.height = "0";
  box.style.height = `${rows + 2}px`;
  const height = Math.min(rows, box.clientHeight);
  const width = box.clientWidth;
  drawing.resize(width, height, width < 600 ? 104 : 190);
  byId("spacer").style.height = `${Math.max(0, rows - height)}px`;
  const extent = [[drawing.names, 0], [drawing.names + drawing.room, height]];
  byZoom.extent(extent).translateExtent(extent)
    .scaleExtent([1, Math.max(50, run.events.length * (isEven() ? 50 : 1))]);
  redraw();
}

const KEYS = {
  ArrowRight: () => go(current + 1),
  ArrowLeft: () => go(current - 1),
  PageDown: () => pass(1),
  PageUp: () => pass(-1),
  Home: () => go(-1),
  End: () => go(stops.length - 1),
  " ": () => play(!playing),
  a: () => toFault(fault + 1),
  A: () => toFault(fault - 1),
  "+": () => scaleBy(1.6),
  "=": () => scaleBy(1.6),
  "-": () => scaleBy(1 / 1.6),
  0: fit,
  t: () => setEven(!isEven()),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target, key } = event;
  if (target.tagName === "SELECT") return;
  if (target.tagName === "BUTTON" && (key === " " || key === "Enter")) return;
  if (!KEYS[key]) return;
  event.preventDefault();
  if (key !== " ") play(false);
  KEYS[key]();
});

const BUTTONS = {
  first: KEYS.Home, back: KEYS.ArrowLeft, play: KEYS[" "], forward: KEYS.ArrowRight,
  last: KEYS.End, out: KEYS["-"], in: KEYS["+"], fit, even: KEYS.t,
};
for (const [id, action] of Object.entries(BUTTONS)) {
  byId(id).addEventListener("click", action);
}
byId("speed").addEventListener("change", () => playing && play(true));
byId("timeline").addEventListener("scroll", () => {
  drawing.top = byId("timeline").scrollTop;
  redraw();
});
byId("canvas").addEventListener("click", (event) => {
  if (event.defaultPrevented) return;
  const found = drawing.find(event.offsetX, event.offsetY);
  if (found != null && stopOf.has(found)) go(stopOf.get(found));
});
window.addEventListener("resize", resize);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  drawing.colours();
  redraw();
});

const dropped = run.dropped ? `, ${run.dropped.toLocaleString("en")} records were dropped` : "";
const leftOut = view.left_out
  ? `; the timeline has no row for ${view.left_out.toLocaleString("en")} more` : "";
byId("summary").textContent = `${run.program.loop}; ${ending(run)} after ` +
  `${span(run.end.t ?? view.end)}; ${run.events.length.toLocaleString("en")} events` +
  `${dropped}${leftOut}`;
byId("canvas").setAttribute("aria-label", `The timeline: ${view.rows.length} rows, ` +
  "the same as the list of steps");
showFaults(run, (chosen) => toFault(run.attention.indexOf(chosen)));
drawing.setScale(squeezedTime(run, view));
resize();
select(byId("canvas")).call(byZoom).on("dblclick.zoom", null);
go(Number(location.hash.slice(1) || 0) - 1);
