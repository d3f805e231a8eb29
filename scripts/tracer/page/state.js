// What the loop held at each step of a recorded run. Draws nothing, needs no browser.
// The form of a run is in ../README.md.

const EVERY = 256; // steps between two states that are kept

// The steps of a run: its events in order of time, and the ends of its spans. Each has
// its time, the index of its event, and whether it is the end of it.
export function stepsOf(run) {
  const steps = [];
  const open = []; // spans, the innermost of each lane last
  const close = (test) => {
    for (;;) {
      let best = -1;
      open.forEach((index, place) => {
        const end = run.events[index].end;
        if (test(end) && (best < 0 || end <= run.events[open[best]].end)) best = place;
      });
      if (best < 0) return;
      const [index] = open.splice(best, 1);
      steps.push({ t: run.events[index].end, index, end: true });
    }
  };
  run.events.forEach((event, index) => {
    close((end) => end < event.t || (end === event.t && !contains(run, index, end)));
    steps.push({ t: event.t, index, end: false });
    if (event.end != null) open.push(index);
  });
  close(() => true);
  return steps;
}

// Whether a span that ends at that very time is still around the event.
function contains(run, index, end) {
  const event = run.events[index];
  for (let around = event.in ?? event.by; around != null; around = run.events[around].in) {
    if (run.events[around].end === end) return true;
  }
  return false;
}

const ENDS = ["callback", "step", "job", "loop"];

// The steps that a reader stops at: what has words, and the ends of what takes time.
export function stopsOf(run, words, steps) {
  const stops = [];
  steps.forEach(({ index, end }, number) => {
    const event = run.events[index];
    if (!words[index]) return;
    const slept = event.kind === "sleep" && event.allowed !== 0;
    if (!end || slept || ENDS.includes(event.kind)) stops.push(number);
  });
  return stops;
}

function empty() {
  return {
    base: null, // that runs
    pass: null, // the index of its event
    asleep: null,
    running: [], // the indexes of spans, the outermost first
    timers: new Map(), // object: due
    more: 0, // timers that the record does not name
    waiting: new Set(), // objects that wait for a descriptor or a signal
    active: [], // objects whose callback is to come, in order
    queue: [], // tasks that may go on, in order
    tasks: new Map(), // task: {state, for, task_for, due, error}
    jobs: new Map(), // job: given, at work, done
    printed: 0, // how many of run's events of the kind output
    function: null, // whose code to look at: the one that ran last
    line: null, // in its file: where it called libevent
    isRunning: false,
  };
}

function copy(state) {
  return {
    ...state,
    running: [...state.running],
    timers: new Map(state.timers),
    waiting: new Set(state.waiting),
    active: [...state.active],
    queue: [...state.queue],
    tasks: new Map(state.tasks),
    jobs: new Map(state.jobs),
  };
}

function remove(list, value) {
  const place = list.indexOf(value);
  if (place >= 0) list.splice(place, 1);
}

export class States {
  constructor(run) {
    this.run = run;
    this.steps = stepsOf(run);
    this.outputs = run.events.filter((event) => event.kind === "output");
    this.ofPass = new Map(); // pass: the callbacks in it, in order
    run.events.forEach((event, index) => {
      if (event.kind !== "callback" || event.in == null) return;
      if (!this.ofPass.has(event.in)) this.ofPass.set(event.in, []);
      this.ofPass.get(event.in).push(index);
    });
    this.kept = [];
    const state = empty();
    this.steps.forEach((step, number) => {
      if (number % EVERY === 0) this.kept.push(copy(state));
      this.apply(state, step);
    });
  }

  // The state after that step; before the first one: -1.
  at(number) {
    if (number < 0) return empty();
    const place = Math.floor(number / EVERY);
    const state = copy(this.kept[place]);
    for (let each = place * EVERY; each <= number; each++) {
      this.apply(state, this.steps[each]);
    }
    return state;
  }

  apply(state, step) {
    const event = this.run.events[step.index];
    if (step.end) this.ends(state, event, step.index);
    else this.begins(state, event, step.index);
  }

  begins(state, event, index) {
    switch (event.kind) {
      case "loop":
        state.base = event.base;
        break;
      case "pass":
        this.pass(state, event, index);
        break;
      case "sleep":
        state.asleep = index;
        if (!state.running.length) state.line = null;
        break;
      case "callback":
        this.callback(state, event, index);
        break;
      case "step":
        remove(state.queue, event.task);
        state.tasks.set(event.task, { state: "runs" });
        this.runs(state, event, index);
        break;
      case "job":
        state.jobs.set(event.job, "at work");
        break;
      case "add":
        this.add(state, event);
        this.from(state, event);
        break;
      case "del":
        state.timers.delete(event.object);
        state.waiting.delete(event.object);
        remove(state.active, event.object);
        this.from(state, event);
        break;
      case "activate":
        if (!state.active.includes(event.object)) state.active.push(event.object);
        this.from(state, event);
        break;
      case "break":
        this.from(state, event);
        break;
      case "task-created":
        state.tasks.set(event.task, { state: "new" });
        break;
      case "task-ready":
        remove(state.queue, event.task);
        state.queue.push(event.task);
        if (state.tasks.get(event.task)?.state !== "runs") {
          state.tasks.set(event.task, { state: "ready" });
        }
        break;
      case "task-waits":
        if (state.queue.includes(event.task)) {
          state.tasks.set(event.task, { state: "ready" });
        } else {
          const { for: what, task_for, due } = event;
          state.tasks.set(event.task, { state: "waits", for: what, task_for, due });
        }
        break;
      case "task-done":
      case "task-cancelled":
        remove(state.queue, event.task);
        state.tasks.set(event.task, {
          state: event.kind === "task-done" ? "done" : "cancelled",
          error: event.error ?? null,
        });
        break;
      case "job-given":
        state.jobs.set(event.job, "given");
        break;
      case "job-told":
        state.jobs.delete(event.job);
        break;
      case "output":
        state.printed += 1;
        break;
    }
  }

  ends(state, event, index) {
    switch (event.kind) {
      case "loop":
        state.base = null;
        state.pass = null;
        break;
      case "sleep":
        state.asleep = null;
        this.wakes(state, event);
        break;
      case "callback":
      case "step":
        remove(state.running, index);
        this.looksAt(state);
        break;
      case "job":
        state.jobs.set(event.job, "done");
        break;
    }
  }

  // The record says which timers are pending when a pass begins: that corrects what
  // was reckoned from the calls.
  pass(state, event, index) {
    state.pass = index;
    state.base = event.base;
    // A span whose end was dropped from the record is over when the next pass begins.
    state.running = state.running.filter((each) => {
      const { end, lane } = this.run.events[each];
      return end != null || lane !== event.lane || this.isAround(each, event);
    });
    if (!event.timers) return;
    for (const object of state.timers.keys()) {
      if (this.run.objects[object].base === event.base) state.timers.delete(object);
    }
    for (const [object, due] of event.timers) {
      state.timers.set(object, due);
    }
    state.more = Math.max(0, (event.timers_count ?? 0) - event.timers.length);
  }

  isAround(index, event) {
    let around = event.in;
    while (around != null && around !== index) around = this.run.events[around].in;
    return around != null;
  }

  // After the sleep libevent makes active what is due or ready: all of that pass's
  // callbacks which nobody activated by hand.
  wakes(state, event) {
    for (const index of this.ofPass.get(event.in) ?? []) {
      const callback = this.run.events[index];
      if (callback.cause !== "active" && !state.active.includes(callback.object)) {
        state.active.push(callback.object);
      }
    }
  }

  callback(state, event, index) {
    const made = this.run.objects[event.object];
    remove(state.active, event.object);
    if (event.due != null) state.timers.delete(event.object);
    if (!made.persist) {
      state.timers.delete(event.object);
      state.waiting.delete(event.object);
    } else if (event.due != null && event.asked) {
      state.timers.set(event.object, event.due + event.asked);
    }
    this.runs(state, event, index);
  }

  runs(state, event, index) {
    state.running.push(index);
    this.looksAt(state);
  }

  // The innermost function that runs. What runs the tasks' passes is not of interest
  // in itself: then it is the one that ran last.
  looksAt(state) {
    const inner = state.running.findLast((each) => !this.isOfTasks(this.run.events[each]));
    state.isRunning = inner !== undefined;
    state.line = null;
    if (state.isRunning) state.function = this.run.events[inner].function;
  }

  isOfTasks(event) {
    return event.kind === "callback" && this.run.objects[event.object].tasks &&
      this.run.tasks.length > 0;
  }

  add(state, event) {
    if (event.due != null) state.timers.set(event.object, event.due);
    const { kind } = this.run.objects[event.object];
    if (kind !== "timer" && kind !== "active") state.waiting.add(event.object);
  }

  from(state, event) {
    if (event.from == null || !this.run.functions[event.from].file) return;
    if (event.object != null && this.run.objects[event.object].tasks) return;
    state.function = event.from;
    state.line = event.line;
  }

  // The timers of a state in the order of the heap, those of waiting tasks with them:
  // {object or task, due}.
  timers(state) {
    const list = [];
    for (const [object, due] of state.timers) {
      const made = this.run.objects[object];
      const here = state.base == null || made.base === state.base;
      if (here && (!made.internal || made.of != null)) list.push({ object, due });
    }
    for (const [task, { state: what, due }] of state.tasks) {
      if (what === "waits" && due != null) list.push({ task, due });
    }
    return list.sort((a, b) => a.due - b.due);
  }

  printed(state) {
    return this.outputs.slice(0, state.printed);
  }
}
