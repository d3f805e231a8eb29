// The panels beside the timeline: the code, the loop's state, the steps, the output.
import { milliseconds, span, stepWords } from "./words.js";

const MOST = 12; // in a list

const byId = (id) => document.getElementById(id);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export class Code {
  constructor(run) {
    this.run = run;
    const own = run.functions.filter((each) => each.own && run.sources[each.file]);
    const main = [run.program.name, `${run.program.name}.c`];
    this.firstOwn = own.find(({ file }) => main.includes(file.split("/").at(-1))) ?? own[0];
    this.file = null;
    this.marked = [];
  }

  show(state) {
    const made = this.run.functions[state.function] ?? this.firstOwn;
    const isShown = state.isRunning || state.line != null;
    const text = made && this.run.sources[made.file];
    for (const line of this.marked) line.className = "";
    this.marked = [];
    if (!text) {
      byId("code-title").textContent = made ? `${made.name}: its source is not known` : "Code";
      byId("source").replaceChildren();
      this.file = null;
      return;
    }
    if (this.file !== made.file) this.open(made.file, text);
    byId("code-title").textContent = isShown
      ? `${made.name}, ${made.file}` : `${made.file} (the loop has control)`;
    if (isShown) this.mark(made, state.line);
  }

  open(file, text) {
    this.file = file;
    this.lines = text.replace(/\n$/, "").split("\n").map((line, i) =>
      element("span", { "data-n": i + 1 }, line || " "));
    byId("source").replaceChildren(...this.lines);
    byId("source").scrollTop = 0;
  }

  mark({ line, last_line }, at) {
    for (let n = line; n <= (last_line ?? line); n++) {
      const row = this.lines[n - 1];
      if (!row) continue;
      row.className = n === at ? "in at" : "in";
      this.marked.push(row);
    }
    const there = this.lines[(at ?? line) - 1];
    if (there && !this.marked.includes(there)) {
      there.className = "at";
      this.marked.push(there);
    }
    this.scroll(this.lines[line - 1], there);
  }

  scroll(first, there) {
    const box = byId("source");
    if (!first || !there) return;
    const top = first.offsetTop - 24;
    const isSeen = (row) => row.offsetTop >= box.scrollTop &&
      row.offsetTop + row.offsetHeight <= box.scrollTop + box.clientHeight;
    if (!isSeen(first) || !isSeen(there)) {
      const far = there.offsetTop - top > box.clientHeight - 40;
      box.scrollTop = far ? there.offsetTop - box.clientHeight / 2 : top;
    }
  }
}

export class State {
  constructor(run, view, states) {
    Object.assign(this, { run, states });
    this.names = new Map(view.rows.filter(({ kind }) => kind === "object")
      .map(({ of, name }) => [of, name]));
  }

  show(state, t) {
    const parts = [this.loop(state, t), this.running(state), this.timers(state, t)];
    parts.push(this.list("Active queue: became active, has not run yet",
      state.active.map((object) => [this.object(object)]), "ol"));
    if (this.run.tasks.length) {
      parts.push(this.list("Tasks' queue: may go on",
        state.queue.map((task) => [this.task(task)]), "ol"));
      parts.push(this.list("Tasks", this.tasks(state, t), "ul"));
    }
    if (this.run.jobs.length) {
      parts.push(this.list("Jobs", [...state.jobs].map(([job, what]) =>
        [`${this.run.jobs[job].name}: ${what}`]), "ul"));
    }
    const waiting = [...state.waiting].filter((object) =>
      !this.run.objects[object].internal);
    if (waiting.length || this.run.objects.some(({ fd, internal }) => fd != null && !internal)) {
      parts.push(this.list("Waits for descriptors and signals",
        waiting.map((object) => [this.object(object)]), "ul"));
    }
    byId("lists").replaceChildren(...parts.flat());
  }

  object(number) {
    const made = this.run.objects[number];
    if (made.tasks && this.run.tasks.length) return "the tasks' next pass";
    if (made.internal && made.of != null) return this.object(made.of);
    if (this.names.has(number)) return this.names.get(number);
    return made.fd == null ? made.name : `${made.name} (fd ${made.fd})`;
  }

  task(number) {
    return `task ${this.run.tasks[number].name}`;
  }

  loop(state, t) {
    let text = "does not run";
    if (state.asleep != null) {
      const { allowed, t: since } = this.run.events[state.asleep];
      if (allowed === 0) text = "looks what is ready, without sleeping";
      else if (allowed == null) text = "sleeps until something happens";
      else text = `sleeps for ${span(Math.max(0, since + allowed - t))} more at most`;
    } else if (state.running.length) {
      text = "runs callbacks";
    } else if (state.base != null) {
      text = "awake, between two callbacks";
    }
    const pass = state.pass == null ? "" : `pass ${this.run.events[state.pass].pass}: `;
    return [element("h3", {}, "Loop"), element("p", {}, pass + text)];
  }

  running(state) {
    const own = state.running.filter((index) => {
      const { object } = this.run.events[index];
      return object == null || !this.run.objects[object].internal;
    });
    return this.list("Running", own.map((index) => {
      const event = this.run.events[index];
      const name = this.run.functions[event.function]?.name ?? "?";
      return [event.kind === "step" ? `${name}, ${this.task(event.task)}` : name];
    }), "ol");
  }

  timers(state, t) {
    const rows = this.states.timers(state).map(({ object, task, due }) => {
      const name = task == null ? this.object(object) : this.task(task);
      return [`${name} `, due >= t
        ? element("span", { class: "time" }, `in ${span(due - t)}`)
        : element("span", { class: "over" }, `${span(t - due)} overdue`)];
    });
    if (state.more) rows.push([`and ${state.more} more`]);
    return this.list("Timers, the earliest first", rows, "ol");
  }

  tasks(state) {
    const rank = { runs: 0, ready: 1, waits: 2, new: 3, cancelled: 4, done: 5 };
    return [...state.tasks].sort(([, a], [, b]) => rank[a.state] - rank[b.state])
      .map(([task, made]) => {
        let text = made.state;
        if (made.state === "waits") {
          text = `waits for ${made.for}`;
          if (made.task_for != null) text += ` (${this.task(made.task_for)})`;
        } else if (made.state === "ready") {
          text = "may go on";
        } else if (made.error) {
          text += `: ${made.error}`;
        }
        return [element("b", {}, this.run.tasks[task].name), `: ${text}`];
      });
  }

  list(title, rows, kind) {
    const head = element("h3", {}, title);
    if (!rows.length) return [head, element("p", { class: "none" }, "none")];
    const shown = rows.slice(0, MOST).map((row) => element("li", {}, ...row));
    const list = element(kind, {}, ...shown);
    if (rows.length <= MOST) return [head, list];
    return [head, list, element("p", { class: "none" }, `and ${rows.length - MOST} more`)];
  }
}

export class Printed {
  constructor(states) {
    this.states = states;
    this.shown = -1;
  }

  show(state) {
    if (state.printed === this.shown) return;
    this.shown = state.printed;
    const lines = this.states.printed(state).slice(-500);
    byId("printed").replaceChildren(...lines.map(({ fd, text }) =>
      fd === 2 ? element("span", { class: "err" }, text) : text));
    byId("printed").scrollTop = byId("printed").scrollHeight;
  }
}

export class Steps {
  constructor(run, view, states, stops, go) {
    Object.assign(this, { run, view, states, stops, go });
  }

  show(current) {
    const from = Math.max(0, Math.min(current - 4, this.stops.length - 12));
    const rows = [];
    for (let place = from; place < Math.min(from + 12, this.stops.length); place++) {
      const step = this.states.steps[this.stops[place]];
      const button = element("button", { tabindex: "-1" },
        element("span", { class: "time" }, milliseconds(step.t)),
        element("span", {}, stepWords(this.run, this.view, step)));
      if (place === current) button.setAttribute("aria-current", "step");
      button.addEventListener("click", () => this.go(place));
      rows.push(element("li", {}, button));
    }
    byId("steps").replaceChildren(...rows);
  }
}

export function showFaults(run, go) {
  const rows = run.attention.map((fault) => {
    const button = element("button", {}, fault.text);
    button.addEventListener("click", () => go(fault));
    const card = fault.card
      ? [element("div", {}, element("code", {}, `make prove CARD=${fault.card}`))] : [];
    return element("li", {}, button, ...card);
  });
  byId("faults").replaceChildren(...rows);
  if (!rows.length) {
    byId("faults").replaceWith(element("p", { class: "none", id: "faults" },
      "Nothing: no callback was slow, no timer late without a reason."));
  }
}
