// What the loop held at each step, as the page of make see reckons it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { States, stepsOf, stopsOf } from "../../tracer/page/state.js";

const example = JSON.parse(readFileSync(
  new URL("../../tracer/example.run.json", import.meta.url)));

function object(kind, name, more = {}) {
  return { kind, name, fd: null, persist: false, base: 1, internal: false, of: null,
    tasks: false, function: 0, ...more };
}

const functions = [{ name: "on_it", file: "it.c", line: 1, last_line: 9, own: true }];

// A run of those events; each has only what its test is about.
function made(events, objects = [], tasks = []) {
  return { events: events.map((event) => ({ lane: 0, ...event })), objects, tasks,
    functions, jobs: [{ name: "job" }], sources: {} };
}

// The state at the step where that event begins, or ends.
function at(run, index, end = false) {
  const states = new States(run);
  const number = states.steps.findIndex((step) => step.index === index && step.end === end);
  assert.notEqual(number, -1);
  return { ...states.at(number), list: states.timers(states.at(number)) };
}

const pass = (t, end, more) =>
  ({ kind: "pass", t, end, in: 0, base: 1, pass: 1, timers: [], timers_count: 0, ...more });
const loop = (end) => ({ kind: "loop", t: 0, end, in: null, base: 1 });
const callback = (t, end, number, more) => ({ kind: "callback", t, end, in: 1, object: number,
  function: 0, cause: "timer", due: null, asked: null, count: 1, ...more });

test("steps are in order of time, and a span ends after all that is in it", () => {
  const run = made([loop(90), pass(10, 50), callback(20, 40, 0), { kind: "output", t: 40, by: 2 },
    pass(50, 90)], [object("timer", "a")]);
  assert.deepEqual(stepsOf(run).map(({ index, end }) => (end ? -index : index) || 0),
    [0, 1, 2, 3, -2, -1, 4, -4, 0]);
});

test("each step of the example comes once, and times never go back", () => {
  const steps = stepsOf(example);
  const spans = example.events.filter((event) => event.end != null).length;
  assert.equal(steps.length, example.events.length + spans);
  steps.forEach((step, i) => assert.ok(i === 0 || steps[i - 1].t <= step.t));
});

test("a span that did not end has no end among the steps", () => {
  const run = made([loop(null), pass(10, null), callback(20, null, 0)], [object("timer", "a")]);
  assert.deepEqual(stepsOf(run).filter(({ end }) => end), []);
  assert.deepEqual(at(run, 2).running, [2]);
});

test("timers stand in the order in which they are due, with the tasks' own", () => {
  const run = made([
    { kind: "add", t: 1, by: null, object: 0, asked: 300, due: 301 },
    { kind: "add", t: 2, by: null, object: 1, asked: 100, due: 102 },
    { kind: "task-waits", t: 3, by: null, task: 0, for: "its timer", task_for: null, due: 200 },
    { kind: "del", t: 4, by: null, object: 1 },
  ], [object("timer", "a"), object("timer", "b")], [{ name: "main" }]);
  assert.deepEqual(at(run, 2).list,
    [{ object: 1, due: 102 }, { task: 0, due: 200 }, { object: 0, due: 301 }]);
  assert.deepEqual(at(run, 3).list, [{ task: 0, due: 200 }, { object: 0, due: 301 }]);
});

test("a bufferevent's timer is listed, libevent's own is not", () => {
  const run = made([{ kind: "add", t: 1, by: null, object: 0, asked: 4, due: 5 },
    { kind: "add", t: 2, by: null, object: 1, asked: 4, due: 6 }],
  [object("descriptor", "a", { internal: true }),
    object("descriptor", "b", { internal: true, of: 2 }), object("bufferevent", "c")]);
  assert.deepEqual(at(run, 1).list, [{ object: 1, due: 6 }]);
});

test("what a pass records of the timers corrects what was reckoned, for its base only", () => {
  const run = made([
    { kind: "add", t: 0, by: null, object: 0, asked: 5, due: 5 },
    { kind: "add", t: 0, by: null, object: 1, asked: 7, due: 7 },
    pass(10, 50, { in: null, timers: [[2, 60]], timers_count: 3 }),
  ], [object("timer", "a"), object("timer", "b", { base: 2 }), object("timer", "c")]);
  const state = at(run, 2);
  assert.deepEqual([...state.timers], [[1, 7], [2, 60]]);
  assert.deepEqual(state.list, [{ object: 2, due: 60 }]);
  assert.equal(state.more, 2);
});

test("a timer leaves the heap when it fires; a persistent one is due again", () => {
  const run = made([loop(90), pass(10, 80, { timers: [[0, 15], [1, 15]], timers_count: 2 }),
    callback(20, 30, 0, { due: 15, asked: 5 }), callback(40, 50, 1, { due: 15, asked: 5 })],
  [object("timer", "once"), object("timer", "again", { persist: true })]);
  assert.deepEqual([...at(run, 2).timers], [[1, 15]]);
  assert.deepEqual([...at(run, 3).timers], [[1, 20]]);
});

test("after the sleep all that is due or ready is active, and leaves as it runs", () => {
  const run = made([loop(90), pass(10, 80), { kind: "sleep", t: 11, end: 15, in: 1, allowed: 9 },
    callback(20, 30, 1, { cause: "descriptor" }), callback(40, 50, 0, { due: 15 })],
  [object("timer", "a"), object("descriptor", "b", { fd: 5 })]);
  assert.deepEqual(at(run, 2).active, []);
  assert.equal(at(run, 2).asleep, 2);
  assert.deepEqual(at(run, 2, true).active, [1, 0]);
  assert.equal(at(run, 2, true).asleep, null);
  assert.deepEqual(at(run, 3).active, [0]);
  assert.deepEqual(at(run, 4).active, []);
});

test("what is activated by hand stands last in the active queue, and once", () => {
  const run = made([loop(90), pass(10, 80), { kind: "sleep", t: 11, end: 15, in: 1, allowed: 0 },
    callback(20, 30, 0, { due: 15 }), { kind: "activate", t: 22, by: 3, object: 2, from: 0, line: 4 },
    { kind: "activate", t: 23, by: 3, object: 2, from: 0, line: 4 },
    callback(40, 50, 1, { due: 15 }), callback(60, 70, 2, { cause: "active" })],
  [object("timer", "a"), object("timer", "b"), object("active", "c")]);
  assert.deepEqual(at(run, 2, true).active, [0, 1]);
  assert.deepEqual(at(run, 5).active, [1, 2]);
  assert.equal(at(run, 5).line, 4);
  assert.deepEqual(at(run, 7).active, []);
});

test("what waits for a descriptor is listed until it is deleted or has fired once", () => {
  const add = (number) => ({ kind: "add", t: 1, by: null, object: number, asked: null, due: null });
  const run = made([add(0), add(1), { ...callback(20, 30, 0), in: null },
    { ...callback(40, 50, 1), in: null }, { kind: "del", t: 60, by: null, object: 1 }],
  [object("descriptor", "once", { fd: 3 }), object("descriptor", "again", { fd: 4, persist: true })]);
  assert.deepEqual([...at(run, 1).waiting], [0, 1]);
  assert.deepEqual([...at(run, 3).waiting], [1]);
  assert.deepEqual([...at(run, 4).waiting], []);
});

test("the tasks' queue keeps the order of task-ready; a yield goes to its end", () => {
  const task = (kind, t, number, more) => ({ kind, t, by: null, task: number, ...more });
  const run = made([
    task("task-created", 1, 0), task("task-ready", 2, 0, { why: "new" }),
    task("task-created", 3, 1), task("task-ready", 4, 1, { why: "new" }),
    task("step", 5, 0, { end: 9, function: 0, in: null }),
    task("task-ready", 6, 0, { why: "yield" }),
    task("task-waits", 7, 0, { for: "its turn", task_for: null, due: null }),
    task("step", 10, 1, { end: 19, function: 0, in: null }),
    task("task-waits", 11, 1, { for: "a lock", task_for: 0, due: null }),
    task("task-done", 20, 0, { error: "cancelled", awaited: true }),
  ], [], [{ name: "one" }, { name: "two" }]);
  assert.deepEqual(at(run, 3).queue, [0, 1]);
  assert.deepEqual(at(run, 4).queue, [1]);
  assert.equal(at(run, 4).tasks.get(0).state, "runs");
  assert.deepEqual(at(run, 6).queue, [1, 0]);
  assert.equal(at(run, 6).tasks.get(0).state, "ready");
  assert.deepEqual(at(run, 8).tasks.get(1),
    { state: "waits", for: "a lock", task_for: 0, due: null });
  assert.deepEqual(at(run, 9).queue, []);
  assert.deepEqual(at(run, 9).tasks.get(0), { state: "done", error: "cancelled" });
});

test("a callback whose end was dropped no longer runs in the next pass", () => {
  const run = made([loop(90), pass(10, null), callback(20, null, 0),
    { kind: "gap", t: 30, count: 7 }, pass(50, 80)], [object("timer", "a")]);
  assert.deepEqual(at(run, 3).running, [2]);
  assert.deepEqual(at(run, 4).running, []);
});

test("going back gives the same states as going forward, in a run of 2,000 events", () => {
  const events = [loop(1e6)];
  for (let i = 0; i < 500; i++) {
    const t = 10 + i * 100;
    const number = events.length;
    events.push(pass(t, t + 90, { timers: [[0, t + 5]], timers_count: 1 }));
    events.push({ kind: "sleep", t: t + 1, end: t + 6, in: number, allowed: 5 });
    events.push(callback(t + 10, t + 80, 0, { in: number, due: t + 5 }));
    events.push({ kind: "output", t: t + 20, by: number + 2, fd: 1, text: `${i}\n` });
  }
  const states = new States(made(events, [object("timer", "a")]));
  const forward = states.steps.map((_, number) => states.at(number));
  for (let number = states.steps.length - 1; number >= 0; number--) {
    assert.deepEqual(states.at(number), forward[number]);
  }
  let printed = 0;
  let timers = 0;
  states.steps.forEach(({ index, end }, number) => {
    const { kind } = events[index];
    if (kind === "output") printed += 1;
    if (kind === "pass" && !end) timers = 1;
    if (kind === "callback" && !end) timers = 0;
    assert.equal(forward[number].printed, printed);
    assert.equal(forward[number].timers.size, timers);
  });
  assert.equal(states.printed(forward.at(-1)).length, 500);
  assert.equal(states.at(-1).printed, 0);
});

test("readers stop at what has words, and at the end of what takes time", () => {
  const run = made([loop(90), pass(10, 80), { kind: "sleep", t: 10, end: 10, in: 1, allowed: 0 },
    callback(20, 30, 0)], [object("timer", "a")]);
  const words = [["the loop runs"], null, ["looks"], ["on_it"]];
  const steps = stepsOf(run);
  assert.deepEqual(stopsOf(run, words, steps).map((number) => steps[number])
    .map(({ index, end }) => [index, end]),
  [[0, false], [2, false], [3, false], [3, true], [0, true]]);
});

test("the example: on_block is active before the loop runs, and on_timer is overdue", () => {
  const states = new States(example);
  const name = (number) => example.objects[number].name;
  const number = states.steps.findIndex(({ index, end }) =>
    !end && example.events[index].kind === "callback");
  const before = states.at(number - 1);
  assert.deepEqual(before.active.map(name).slice(0, 1), ["on_block"]);
  const ends = states.steps.findIndex(({ index, end }) =>
    end && example.events[index].kind === "callback");
  const [{ object: timer, due }] = states.timers(states.at(ends));
  assert.equal(name(timer), "on_timer");
  assert.ok(due < states.steps[ends].t);
});
