// Where a time is drawn. The rule of width() is that of ../layout.py.
import { scaleLinear } from "d3-scale";

export function width(ns) {
  return 0.4 + Math.log2(1 + ns / 1000);
}

// Time as it is, 0 to 1.
export function evenTime(view) {
  return scaleLinear([0, view.end], [0, 1]);
}

// Time squeezed so that the shortest callback and the longest sleep can both be read.
export function squeezedTime(run, view) {
  const times = new Set([0, view.end]);
  for (const event of run.events) {
    times.add(event.t);
    if (event.end != null) times.add(event.end);
  }
  for (const [, from, to] of view.segments) times.add(from).add(to);
  const domain = [...times].filter((t) => t >= 0 && t <= view.end);
  domain.sort((a, b) => a - b);
  // Before the first event nothing is known: that time gets no room.
  const first = run.events.length ? run.events[0].t : 0;
  const range = [0];
  for (let i = 1; i < domain.length; i++) {
    const room = domain[i] <= first ? 0 : width(domain[i] - domain[i - 1]);
    range.push(range[i - 1] + room);
  }
  const all = range.at(-1) || 1;
  return scaleLinear(domain, range.map((x) => x / all));
}
