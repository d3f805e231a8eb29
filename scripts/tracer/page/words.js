// Times in words.
const grouped = new Intl.NumberFormat("en", { minimumFractionDigits: 1,
  maximumFractionDigits: 1 });

export function span(ns) {
  return ns < 1e6 ? `${Math.round(ns / 1000)} µs` : `${grouped.format(ns / 1e6)} ms`;
}

export function milliseconds(ns) {
  return grouped.format(ns / 1e6);
}

// What happens at a step, in words.
export function stepWords(run, view, { index, end }) {
  const event = run.events[index];
  const [text, right] = view.words[index] ?? [event.kind, ""];
  if (!end) return (right ? `${text} — ${right.replace(/\s{2,}/, ", ")}` : text)
    .replace(/(\d) us\b/g, "$1 µs");
  const took = span(event.end - event.t);
  const name = run.functions[event.function]?.name;
  switch (event.kind) {
    case "sleep":
      return event.ready > 0 ? `the loop wakes after ${took}: ${event.ready} ready`
        : `the loop wakes after ${took}`;
    case "loop":
      return `the loop returns ${event.returned} after ${took}`;
    case "job":
      return `job ${run.jobs[event.job].name} ends after ${took}`;
    case "step":
      return `task ${run.tasks[event.task].name} gives the loop back after ${took}`;
    default:
      return `${name} returns after ${took}`;
  }
}

export function ending(run) {
  const { how, status, signal } = run.end;
  if (how === "exit") return status ? `ended with status ${status}` : "ended";
  return how === "signal" ? `was killed: ${signal}` : "its record ends";
}
