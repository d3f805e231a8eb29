"""Runs an asyncio program and records its run, in the form of README.md.

usage: python3 twin.py RUN.json PROGRAM.py [ARGUMENT...]

The loop's own methods and Handle._run are replaced by ones that note what happens
and do what they did.
"""
import asyncio
import inspect
import json
import os
import platform
import runpy
import sys
import threading
import time
from datetime import datetime, timezone

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BEGAN = time.monotonic_ns()
BEGAN_AT = datetime.now(timezone.utc)
WAITS = {  # the innermost coroutine: what its task waits for
    "sleep": "its timer",
    "Lock.acquire": "a lock",
    "Semaphore.acquire": "a semaphore",
    "Queue.get": "a queue that is empty",
    "Queue.put": "a queue that is full",
    "Event.wait": "an event",
    "Condition.wait": "a condition",
    "StreamReader._wait_for_data": "a stream's input",
    "FlowControlMixin._drain_helper": "a stream's output to be taken",
    "wait": "some of several tasks",
    "_wait": "some of several tasks",
}


class Recorder:
    """What is seen so far, in lists as the form has them."""

    def __init__(self):
        self.events, self.functions, self.objects = [], [], []
        self.tasks, self.sources = [], {}
        self.ids, self.names = {}, {}
        self.kept = []  # handles and tasks, so that no id is used twice
        self.stack, self.passes, self.bases = [], {}, {}
        self.timers, self.files = {}, {}

    @staticmethod
    def now():
        return time.monotonic_ns() - BEGAN

    def at(self, seconds):
        return int(seconds * 1e9) - BEGAN

    def emit(self, kind, **more):
        if threading.current_thread() is not threading.main_thread():
            return {}
        event = {"t": self.now(), "lane": 0, "kind": kind, **more}
        self.events.append(event)
        return event

    def open(self, kind, **more):
        around = self.stack[-1] if self.stack else None
        self.stack.append(len(self.events))
        return self.emit(kind, end=None, **{"in": around}, **more)

    def close(self):
        index = self.stack.pop()
        self.events[index]["end"] = self.now()
        return index

    def by(self):
        return self.stack[-1] if self.stack else None

    # --- names ----------------------------------------------------------------

    def file(self, path):
        if path not in self.files:
            inside = os.path.relpath(path, ROOT)
            self.files[path] = path if inside.startswith("../") else inside
            try:
                with open(path, encoding="utf-8") as text:
                    self.sources[self.files[path]] = text.read()
            except (OSError, UnicodeError):
                pass
        return self.files[path]

    def function(self, code, name):
        key = code or name
        if key not in self.ids:
            own = code is not None and "/lib/python" not in code.co_filename
            lines = [line for _, _, line in code.co_lines() if line] if code else []
            self.ids[key] = len(self.functions)
            self.functions.append(
                {
                    "id": len(self.functions),
                    "name": name,
                    "file": self.file(code.co_filename) if own else None,
                    "line": code.co_firstlineno if own else None,
                    "last_line": max(lines) if own else None,
                    "own": own,
                }
            )
        return self.ids[key]

    def caller(self):
        """`from` and `line` of the nearest frame of the program's own."""
        frame = sys._getframe(2)
        while frame:
            file = frame.f_code.co_filename
            if "/lib/python" not in file and file != __file__ and file[0] != "<":
                number = self.function(frame.f_code, frame.f_code.co_name)
                return {"from": number, "line": frame.f_lineno}
            frame = frame.f_back
        return {"from": None, "line": None}

    def task(self, task):
        if task not in self.ids:
            self.ids[task] = len(self.tasks)
            coro = task.get_coro()
            code = getattr(coro, "cr_code", None)
            number = self.function(code, coro.__qualname__) if code else None
            self.tasks.append(
                {
                    "id": len(self.tasks),
                    "name": task.get_name(),
                    "function": number,
                    "by": self.by(),
                }
            )
            self.emit("task-created", by=self.by(), task=self.ids[task])
        return self.ids[task]

    def object(self, handle, kind, loop):
        if handle not in self.ids:
            callback = handle._callback
            while hasattr(callback, "func"):  # functools.partial
                callback = callback.func
            plain = inspect.unwrap(callback)
            code = getattr(getattr(plain, "__func__", plain), "__code__", None)
            name = getattr(callback, "__qualname__", type(callback).__name__)
            number = self.function(code, name)
            shown = self.names[name] = self.names.get(name, 0) + 1
            self.ids[handle] = len(self.objects)
            self.objects.append(
                {
                    "id": len(self.objects),
                    "kind": kind,
                    "name": name if shown == 1 else f"{name} #{shown}",
                    "function": number,
                    "fd": None,
                    "signal": None,
                    "persist": False,
                    "base": self.base(loop),
                    "internal": not self.functions[number]["own"],
                    "of": None,
                    "tasks": False,
                }
            )
            self.kept.append(handle)
        return self.ids[handle]

    def base(self, loop):
        return self.bases.setdefault(id(loop), len(self.bases) + 1)


SEEN = Recorder()


def task_of(callback):
    """The task that a handle's callback steps, or None."""
    task = getattr(callback, "__self__", None)
    return task if isinstance(task, asyncio.Task) else None


def waits(task):
    """What a task waits for, in words, and which task, if it is one."""
    waiter = getattr(task, "_fut_waiter", None)
    if waiter is None:
        return "its turn", None
    if isinstance(waiter, asyncio.Task):
        return "a task", SEEN.task(waiter)
    if "Gathering" in type(waiter).__name__:
        return "a gather", None
    inner = task.get_coro()
    name = "something"
    while inner is not None and hasattr(inner, "cr_code"):
        name = inner.cr_code.co_qualname
        inner = inner.cr_await
    return WAITS.get(name, name), None


def step(task, run):
    index = SEEN.task(task)
    SEEN.open("step", task=index, function=SEEN.tasks[index]["function"], result=None)
    try:
        run()
    finally:
        by = SEEN.close()
    if task.done():
        error = "cancelled" if task.cancelled() else None
        if not error and task._exception is not None:
            error = str(task._exception) or type(task._exception).__name__
        awaited = bool(task._callbacks)
        SEEN.emit("task-done", by=by, task=index, error=error, awaited=awaited)
    else:
        what, other = waits(task)
        waited = {"task": index, "for": what, "task_for": other, "due": None}
        SEEN.emit("task-waits", by=by, **waited)


def replace(owner, name):
    """A decorator: the function stands in for owner.name, and gets that first."""

    def decorate(function):
        before = getattr(owner, name)

        def instead(*args, **keywords):
            return function(before, *args, **keywords)

        setattr(owner, name, instead)
        return function

    return decorate


LOOP = asyncio.base_events.BaseEventLoop


@replace(asyncio.Handle, "_run")
def handle_run(before, handle):
    task = task_of(handle._callback)
    if task is not None:
        step(task, lambda: before(handle))
        return
    timer = isinstance(handle, asyncio.TimerHandle)
    index = SEEN.object(handle, "timer" if timer else "active", handle._loop)
    SEEN.timers.pop(handle, None)
    due = SEEN.at(handle._when) if timer else None
    SEEN.open(
        "callback",
        object=index,
        function=SEEN.objects[index]["function"],
        what=[],
        cause="timer" if timer else "active",
        fd=None,
        due=due,
        ready=None,
        late=SEEN.now() - due if timer else None,
        asked=None,
        count=1,
    )
    try:
        before(handle)
    finally:
        SEEN.close()


@replace(LOOP, "call_at")
def call_at(before, loop, when, callback, *args, context=None):
    handle = before(loop, when, callback, *args, context=context)
    index = SEEN.object(handle, "timer", loop)
    due = SEEN.at(when)
    SEEN.timers[handle] = due
    asked = max(0, due - SEEN.now())
    SEEN.emit(
        "add", by=SEEN.by(), object=index, asked=asked, due=due, stale=0, **SEEN.caller()
    )
    return handle


@replace(asyncio.TimerHandle, "cancel")
def cancel(before, handle):
    if SEEN.timers.pop(handle, None) is not None:
        SEEN.emit("del", by=SEEN.by(), object=SEEN.ids[handle], **SEEN.caller())
    before(handle)


@replace(LOOP, "_call_soon")
def call_soon(before, loop, callback, args, context):
    handle = before(loop, callback, args, context)
    task = task_of(callback)
    if task is None:
        return handle
    if task not in SEEN.ids:
        SEEN.kept.append((handle, task))
        return handle
    why = "yield" if SEEN.by() is not None and stepping(task) else "resumed"
    SEEN.emit("task-ready", by=SEEN.by(), task=SEEN.task(task), why=why, error=None)
    return handle


def stepping(task):
    event = SEEN.events[SEEN.by()]
    return event["kind"] == "step" and event["task"] == SEEN.ids[task]


@replace(LOOP, "create_task")
def create_task(before, loop, coro, **keywords):
    task = before(loop, coro, **keywords)
    SEEN.kept.append(task)
    SEEN.emit("task-ready", by=SEEN.by(), task=SEEN.task(task), why="new", error=None)
    return task


@replace(LOOP, "run_forever")
def run_forever(before, loop):
    SEEN.open("loop", base=SEEN.base(loop), returned=None, nested=bool(SEEN.stack))
    depth = len(SEEN.stack)
    try:
        before(loop)
    finally:
        while len(SEEN.stack) >= depth:
            SEEN.close()


def watch_selector(loop):
    before = loop._selector.select

    def select(timeout=None):
        if SEEN.stack and SEEN.events[SEEN.stack[-1]]["kind"] == "pass":
            SEEN.close()
        base = SEEN.base(loop)
        number = SEEN.passes[base] = SEEN.passes.get(base, 0) + 1
        timers = sorted((due, SEEN.ids[each]) for each, due in SEEN.timers.items())
        SEEN.open(
            "pass",
            base=base,
            timers=[[each, due] for due, each in timers[:50]],
            timers_count=len(timers),
            waiting=len(loop._selector.get_map() or ()),
            **{"pass": number},
        )
        allowed = None if timeout is None else int(max(0, timeout) * 1e9)
        sleep = SEEN.open("sleep", allowed=allowed, ready=None)
        ready = before(timeout)
        sleep["ready"] = len(ready)
        SEEN.close()
        return ready

    loop._selector.select = select


@replace(asyncio.selector_events.BaseSelectorEventLoop, "__init__")
def begin_loop(before, loop, selector=None):
    before(loop, selector)
    watch_selector(loop)


class Output:
    """stdout or stderr: what is printed is noted, too."""

    def __init__(self, fd, stream):
        self.fd, self.stream = fd, stream

    def write(self, text):
        if text.strip():
            SEEN.emit("output", by=SEEN.by(), fd=self.fd, text=text[:500])
        return self.stream.write(text)

    def __getattr__(self, name):
        return getattr(self.stream, name)


def write(path, program, status):
    run = {
        "form": 1,
        "program": {
            "name": os.path.basename(program),
            "command": sys.argv,
            "pid": os.getpid(),
            "parent": None,
            "language": "python",
            "loop": f"asyncio, Python {platform.python_version()}",
            "thread": os.getpid(),
            "started": BEGAN_AT.isoformat(timespec="milliseconds"),
        },
        "end": {"how": "exit", "status": status, "t": SEEN.now()},
        "dropped": 0,
        "lanes": [{"id": 0, "name": "main", "thread": os.getpid()}],
        "functions": SEEN.functions,
        "objects": SEEN.objects,
        "tasks": SEEN.tasks,
        "jobs": [],
        "events": SEEN.events,
        "pending": [],
        "attention": [],
        "sources": SEEN.sources,
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(run, file)


def main():
    path, program = sys.argv[1:3]
    sys.argv = sys.argv[2:]
    sys.path[0] = os.path.dirname(os.path.abspath(program))
    sys.stdout, sys.stderr = Output(1, sys.stdout), Output(2, sys.stderr)
    status = 1
    try:
        runpy.run_path(program, run_name="__main__")
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        raise
    finally:
        write(path, program, status)


if __name__ == "__main__":
    main()
