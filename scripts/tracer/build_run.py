"""Makes a run, in the form that README.md describes, of one process's record."""
import heapq
import os
import struct
from datetime import datetime, timezone

from recorded import CALLS, NEVER
from symbols import Symbols, last_line

READ, WRITE, SIGNAL, PERSIST, CLOSED = 2, 4, 8, 16, 128
WHAT = {1: "timeout", 2: "read", 4: "write", 8: "signal", 16: "persist", 128: "closed"}
STATE = {1: "reading", 2: "writing", 16: "eof", 32: "error", 64: "timeout", 128: "connected"}
POLLED = {1: "read", 4: "write", 8: "error", 16: "hang-up", 0x2000: "closed"}
CAUSES = {"accept_error": "error", "state": "event"}
NO_WAIT, OVER, TURN, SLEEP, NOTHING, TASK, LIST, OBJECT = range(8)
TIMERS = 50  # that a pass shows
PASSES = 20_000  # so many show theirs


def words(bits, names):
    return [name for bit, name in names.items() if bits & bit]


def signed(word):
    return word - (1 << 64) if word >> 63 else word


class Lane:
    """What a thread is in the middle of."""

    def __init__(self):
        self.stack = []  # indexes of open spans
        self.passes = []  # of them, the passes
        self.last_step = None


class Builder:
    def __init__(self, recording, symbols, sources):
        self.recording, self.symbols, self.sources = recording, symbols, sources
        self.events, self.functions, self.objects = [], [], []
        self.tasks, self.jobs = [], []
        self.function_ids, self.names, self.callers = {}, {}, {}
        self.live, self.live_tasks, self.live_jobs = {}, {}, {}
        self.bases, self.passes = {}, {}
        self.lanes = {}
        self.pending = {}  # object id: due or None
        self.due, self.asked, self.stale = {}, {}, {}
        self.activated = set()
        self.sleeping = {}  # lane: its open sleep
        self.ready = {}  # (base, fd): (time, what), of this pass
        self.once, self.hidden = set(), set()
        self.ended = False
        self.output = None  # (record, fd, length, bytes), while it is incomplete

    # --- ids ----------------------------------------------------------------

    def at(self, time):
        return time - self.recording.began

    def function(self, address):
        if not address:
            return None
        if address not in self.function_ids:
            name, file, line = self.symbols.function(address)
            text = self.source(file)
            self.function_ids[address] = len(self.functions)
            self.functions.append(
                {
                    "id": len(self.functions),
                    "name": name,
                    "file": file,
                    "line": line,
                    "last_line": last_line(text, line) if text and line else None,
                    "own": self.symbols.is_own(address),
                }
            )
        return self.function_ids[address]

    def source(self, file):
        if file and file not in self.sources:
            path = os.path.join(self.symbols.root, file)
            try:
                with open(path, encoding="utf-8", errors="replace") as text:
                    self.sources[file] = text.read()
            except OSError:
                self.sources[file] = ""
        return self.sources.get(file, "").splitlines()

    def caller(self, address, record):
        """`from` and `line` of a call that returns to that address. The last call
        of a callback may be a jump: then it returns to the tracer."""
        if self.symbols.is_tracer(address):
            around = self.within(record, "callback") or {"function": None}
            return {"from": around["function"], "line": None}
        if address not in self.callers:
            self.callers[address] = self.find_caller(address)
        return self.callers[address]

    def find_caller(self, address):
        name, file, line = self.symbols.function(address - 1)
        for known in self.functions:
            if known["name"] == name and known["file"] == file:
                return {"from": known["id"], "line": line}
        if not file:
            return {"from": None, "line": None}
        text = self.source(file)
        first = first_line(text, line)
        self.functions.append(
            {
                "id": len(self.functions),
                "name": name,
                "file": file,
                "line": first,
                "last_line": last_line(text, line),
                "own": self.symbols.is_own(address),
            }
        )
        return {"from": len(self.functions) - 1, "line": line}

    def base(self, pointer):
        return self.bases.setdefault(pointer, len(self.bases) + 1)

    def new_object(self, pointer, kind, function, base, **more):
        address = function
        number = self.function(function)
        name = self.functions[number]["name"] if number is not None else kind
        self.names[name] = self.names.get(name, 0) + 1
        if self.names[name] > 1:
            name = f"{name} #{self.names[name]}"
        internal = bool(address) and not self.symbols.is_own(address)
        made = {
            "id": len(self.objects),
            "kind": kind,
            "name": name,
            "function": number,
            "fd": None,
            "signal": None,
            "persist": False,
            "base": base,
            "internal": internal,
            "of": None,
            "tasks": False,
        }
        made.update(more)
        self.objects.append(made)
        self.live[pointer] = made["id"]
        return made["id"]

    def event_object(self, pointer, function, fd, events, base):
        """The object of a struct event, new if this is a new use of it."""
        known = self.live.get(pointer)
        number = self.function(function)
        fd = fd & 0xFFFFFFFF
        fd = None if fd == 0xFFFFFFFF else fd
        if known is not None:
            made = self.objects[known]
            same_fd = fd in (made["fd"], made["signal"])
            if made["function"] == number and same_fd:
                return known
        kind = "active"
        if events & SIGNAL:
            kind = "signal"
        elif events & (READ | WRITE | CLOSED):
            kind = "descriptor"
        return self.new_object(
            pointer,
            kind,
            function,
            base,
            fd=None if kind == "signal" else fd,
            signal=fd if kind == "signal" else None,
            persist=bool(events & PERSIST),
        )

    def task(self, pointer, function=None, name=None):
        if pointer not in self.live_tasks:
            self.live_tasks[pointer] = len(self.tasks)
            self.tasks.append(
                {
                    "id": len(self.tasks),
                    "name": name or "?",
                    "function": function,
                    "by": None,
                }
            )
        return self.live_tasks[pointer]

    # --- spans and instants --------------------------------------------------

    def lane(self, number):
        return self.lanes.setdefault(number, Lane())

    def emit(self, record, kind, **more):
        event = {"t": self.at(record.time), "lane": record.lane, "kind": kind}
        event.update(more)
        self.events.append(event)
        return event

    def open(self, record, kind, **more):
        lane = self.lane(record.lane)
        around = lane.stack[-1] if lane.stack else None
        lane.stack.append(len(self.events))
        return self.emit(record, kind, **{"end": None, "in": around}, **more)

    def close(self, record, kind):
        """Ends the innermost span of that kind, with those left open in it."""
        lane = self.lane(record.lane)
        for depth in range(len(lane.stack) - 1, -1, -1):
            if self.events[lane.stack[depth]]["kind"] == kind:
                for index in lane.stack[depth:]:
                    self.events[index]["end"] = self.at(record.time)
                last = lane.stack[depth]
                del lane.stack[depth:]
                return last
        return None

    def innermost(self, record):
        stack = self.lane(record.lane).stack
        return stack[-1] if stack else None

    def within(self, record, kind):
        for index in reversed(self.lane(record.lane).stack):
            if self.events[index]["kind"] == kind:
                return self.events[index]
        return None

    # --- records --------------------------------------------------------------

    def build(self):
        self.learn_symbols()
        early, dropped = self.recording.early, self.recording.dropped
        for record in self.recording.records:
            if dropped and record.number > early + dropped:
                self.close_all()
                self.emit(record, "gap", count=dropped)
                dropped = 0
            getattr(self, "on_" + record.kind, self.ignore)(record, *record.v)

    def close_all(self):
        """Records were dropped: what was open then, but for the loops, has ended
        meanwhile, most likely."""
        last = self.events[-1]["t"] if self.events else 0
        for lane in self.lanes.values():
            for index in lane.stack:
                if self.events[index]["kind"] != "loop":
                    self.events[index]["end"] = last
            lane.stack = [
                index for index in lane.stack if self.events[index]["kind"] == "loop"
            ]

    def learn_symbols(self):
        functions, callers = set(), set()
        places = {
            "assign": (1, 5),
            "add": (1, 5),
            "del": (None, 1),
            "activate": (2, 1),
            "stop": (None, 1),
            "serves": (4, 3),
            "call_begin": (1, None),
            "repeat": (1, None),
            "task_created": (1, None),
            "step_begin": (1, None),
            "job_step": (1, None),
        }
        for record in self.recording.records:
            place = places.get(record.kind)
            if place:
                if place[0] is not None:
                    functions.add(record.v[place[0]])
                if place[1] is not None:
                    callers.add(record.v[place[1]] - 1)
        self.symbols.learn((functions | callers) - {0, -1})

    def ignore(self, record, *_):
        pass

    def on_loop_begin(self, record, base, flags, *_):
        base = self.base(base)
        callback = self.within(record, "callback")
        nested = any(
            self.events[index]["kind"] == "loop" and self.events[index]["base"] == base
            for index in self.lane(record.lane).stack
        )
        self.open(
            record,
            "loop",
            base=base,
            returned=None,
            nested=nested and callback is not None,
        )

    def on_loop_end(self, record, base, returned, *_):
        index = self.close(record, "loop")
        if index is not None:
            self.events[index]["returned"] = signed(returned)

    def on_sleep_begin(self, record, base, allowed, *_):
        base = self.base(base)
        lane = self.lane(record.lane)
        if lane.stack and self.events[lane.stack[-1]]["kind"] == "pass":
            self.close(record, "pass")
        number = self.passes[base] = self.passes.get(base, 0) + 1
        timers = waiting = None
        count = 0
        if len(self.passes) and number <= PASSES:
            timers, count, waiting = self.snapshot(base)
        self.open(
            record,
            "pass",
            base=base,
            timers=timers,
            timers_count=count,
            waiting=waiting,
            **{"pass": number},
        )
        allowed = None if allowed == NEVER else allowed
        self.open(record, "sleep", allowed=allowed, ready=None)

    def snapshot(self, base):
        mine = [
            (due, each)
            for each, due in self.pending.items()
            if self.objects[each]["base"] == base
        ]
        timed = [pair for pair in mine if pair[0] is not None]
        first = heapq.nsmallest(TIMERS, timed)
        waiting = sum(
            1
            for due, each in mine
            if due is None and not self.objects[each]["internal"]
        )
        return [[each, due] for due, each in first], len(timed), waiting

    def on_sleep_end(self, record, base, ready, *_):
        index = self.close(record, "sleep")
        if index is not None:
            self.events[index]["ready"] = signed(ready)
        base = self.base(base)
        for key in [key for key in self.ready if key[0] == base]:
            del self.ready[key]

    def on_fd_ready(self, record, base, fd, what, *_):
        base = self.base(base)
        self.ready[base, fd] = self.at(record.time), what
        self.emit(
            record,
            "fd-ready",
            by=self.innermost(record),
            fd=fd,
            what=words(what, POLLED),
        )

    def on_assign(self, record, event, function, fd, events, base, caller):
        base = self.base(base)
        index = self.event_object(event, function, fd, events & 0xFFFF, base)
        if events >> 16:
            self.once.add(index)

    def on_serves(self, record, pointer, read, write, caller, function, kind):
        is_listener = CALLS[kind] == "accept"
        number = self.function(function)
        if pointer not in self.live:
            inner = self.live.get(read)
            base = self.objects[inner]["base"] if inner is not None else None
            self.new_object(
                pointer, "listener" if is_listener else "bufferevent", function, base
            )
        mine = self.objects[self.live[pointer]]
        mine["function"] = number
        for event in (read, write):
            if event in self.live:
                inner = self.objects[self.live[event]]
                inner["of"], inner["internal"] = mine["id"], True
                mine["fd"] = inner["fd"]
                mine["base"] = inner["base"]

    def on_freed(self, record, pointer, *_):
        index = self.live.pop(pointer, None)
        self.pending.pop(index, None)

    def on_base_freed(self, record, base, *_):
        base = self.base(base)
        for index in list(self.pending):
            if self.objects[index]["base"] == base and index in self.once:
                del self.pending[index]

    def on_add(self, record, event, function, asked, due, bits, caller):
        known = self.live.get(event)
        index = known
        if known is None:
            index = self.event_object(event, function, bits, bits >> 32 & 0xFFFF, None)
        made = self.objects[index]
        due = None if due == NEVER else self.at(due)
        asked = None if asked == NEVER else asked
        if due is not None and made["kind"] == "active":
            made["kind"] = "timer"
        self.pending[index] = due
        self.due[index] = due
        if asked is not None:
            self.asked[index] = asked
        stale = None
        if due is not None and asked is not None:
            stale = max(0, self.at(record.time) - (due - asked))
        self.stale[index] = stale or 0
        self.emit(
            record,
            "add",
            by=self.innermost(record),
            object=index,
            asked=asked,
            due=due,
            stale=stale,
            **self.caller(caller, record),
        )

    def on_del(self, record, event, caller, timer, *_):
        index = self.live.get(event)
        if index is None:
            return
        if timer:
            self.due.pop(index, None)
            if index in self.pending:
                self.pending[index] = None
        else:
            self.pending.pop(index, None)
        self.activated.discard(index)
        self.emit(
            record,
            "del",
            by=self.innermost(record),
            object=index,
            **self.caller(caller, record),
        )

    def on_activate(self, record, event, caller, function, what, base, *_):
        index = self.live.get(event)
        if index is None:
            index = self.event_object(event, function, NEVER, 0, self.base(base))
        self.activated.add(index)
        self.emit(
            record,
            "activate",
            by=self.innermost(record),
            object=index,
            **self.caller(caller, record),
        )

    def on_stop(self, record, base, caller, *_):
        self.emit(
            record,
            "break",
            by=self.innermost(record),
            base=self.base(base),
            **self.caller(caller, record),
        )

    def on_call_begin(self, record, pointer, function, fd, bits, due, base):
        kind = CALLS[bits >> 16 & 0xFFFF]
        if kind in ("event", "tick"):
            self.event_begins(record, pointer, function, fd, bits, due, base)
            return
        if pointer not in self.live:
            is_listener = kind.startswith("accept")
            self.new_object(
                pointer,
                "listener" if is_listener else "bufferevent",
                function,
                self.base(base),
            )
        self.open(
            record,
            "callback",
            object=self.live[pointer],
            function=self.function(function),
            what=words(bits & 0xFFFF, STATE),
            cause=CAUSES.get(kind, kind),
            fd=None if fd == NEVER else fd & 0xFFFFFFFF,
            due=None,
            ready=None,
            late=None,
            asked=None,
            count=1,
        )

    def event_begins(self, record, pointer, function, fd, bits, due, base):
        what, events = bits & 0xFFFF, bits >> 32 & 0xFFFF
        base = self.base(base)
        index = self.event_object(pointer, function, fd, events, base)
        made = self.objects[index]
        made["base"] = base
        made["tasks"] = CALLS[bits >> 16 & 0xFFFF] == "tick"
        now = self.at(record.time)
        was_due, ready, cause = None, None, "active"
        if what & SIGNAL:
            cause = "signal"
        elif index in self.activated and not (what & 1 and self.overdue(index, now)):
            cause = "active"
        elif what & (READ | WRITE | CLOSED):
            cause = "descriptor"
            ready = self.ready.get((base, made["fd"]), (None,))[0]
        elif what & 1:
            was_due = self.due.get(index)
            if was_due is None and not events & PERSIST and due:
                was_due = self.at(due)
            cause = "timer" if was_due is not None else "active"
        self.activated.discard(index)
        if events & PERSIST and index in self.pending:
            self.pending[index] = self.due[index] = (
                self.at(due) if bits >> 48 & 1 else None
            )
        elif not events & PERSIST:
            self.pending.pop(index, None)
            self.due.pop(index, None)
        since = ready
        if was_due is not None:
            since = was_due + self.stale.pop(index, 0)
        self.open(
            record,
            "callback",
            object=index,
            function=self.function(function),
            what=words(what, WHAT),
            cause=cause,
            fd=made["fd"],
            due=was_due,
            ready=ready,
            late=None if since is None else now - since,
            asked=self.asked.get(index) if cause == "timer" else None,
            count=1,
        )

    def overdue(self, index, now):
        due = self.due.get(index)
        return due is not None and due <= now + 5_000_000

    def on_call_end(self, record, *_):
        self.close(record, "callback")

    def on_repeat(self, record, pointer, function, since, count, total, end):
        index = self.live.get(pointer)
        if index is None:
            index = self.event_object(pointer, function, NEVER, 0, None)
        event = self.emit(
            record,
            "callback",
            end=None if since else self.at(end),
            **{"in": self.innermost(record)},
            object=index,
            function=self.function(function),
            what=[],
            cause="active",
            fd=self.objects[index]["fd"],
            due=None,
            ready=None,
            late=None,
            asked=None,
            count=count + bool(since),
        )
        event["ran"] = total

    # --- tasks and jobs -------------------------------------------------------

    def on_task_created(self, record, task, function, name, *_):
        self.live_tasks.pop(task, None)
        index = self.task(task, self.function(function), self.recording.text(name))
        by = self.innermost(record)
        if by is not None and self.events[by]["kind"] == "pass":
            by = None
        self.tasks[index]["by"] = by
        self.emit(record, "task-created", by=by, task=index)

    def on_task_ready(self, record, task, wait, stepped, timers, error, *_):
        why = "resumed"
        if wait == TURN:
            why = "yield" if stepped else "new"
        elif timers:
            why = "timer"
        by = self.innermost(record)
        lane = self.lane(record.lane)
        if why == "resumed" and by is not None:
            if self.events[by]["kind"] == "callback" and lane.last_step is not None:
                if self.events[lane.last_step]["in"] == by:
                    by = lane.last_step
        self.emit(
            record,
            "task-ready",
            by=by,
            task=self.task(task),
            why=why,
            error=self.recording.text(error),
        )

    def on_step_begin(self, record, task, function, error, *_):
        self.open(
            record,
            "step",
            task=self.task(task),
            function=self.function(function),
            result=self.recording.text(error),
        )

    def on_step_end(self, record, *_):
        self.lane(record.lane).last_step = self.close(record, "step")

    def wait_of(self, task, task_for, due, how, kind):
        how, kind = how & 0xFF, self.recording.text(kind)
        other = self.live_tasks.get(task_for) if task_for else None
        text = kind or "something"
        if how == TURN or how == OVER:
            text = "its turn"
        elif how in (SLEEP, NOTHING):
            text = "its timer"
        elif how == TASK:
            text = "a task"
        elif how == LIST and not kind:
            text = "its turn in a list"
        return {
            "task": self.task(task),
            "for": text,
            "task_for": other,
            "due": None if due == NEVER else self.at(due),
        }

    def on_task_waits(self, record, *v):
        waits = self.on_task_still(record, *v)
        self.emit(record, "task-waits", by=self.lane(record.lane).last_step, **waits)

    def on_task_still(self, record, task, task_for, due, how, kind, parent):
        waits = self.wait_of(task, task_for, due, how, kind)
        mine = self.tasks[waits["task"]]
        mine["waits"] = waits
        return waits

    def on_task_done(self, record, task, error, awaited, *_):
        index = self.task(task)
        mine = self.tasks[index]
        mine["waits"], mine["done"] = None, True
        mine["error"] = self.recording.text(error)
        self.emit(
            record,
            "task-done",
            by=self.lane(record.lane).last_step,
            task=index,
            error=mine["error"],
            awaited=bool(awaited),
        )

    def on_task_left(self, record, task, *_):
        self.tasks[self.task(task)]["left"] = True

    def on_job_step(self, record, job, function, step, error, *_):
        number = self.function(function)
        if step == 0 or job not in self.live_jobs:
            name = self.functions[number]["name"] if number is not None else "?"
            self.live_jobs[job] = len(self.jobs), None
            self.jobs.append({"id": len(self.jobs), "name": name, "function": number})
        index, span = self.live_jobs[job]
        if step in (0, 3):
            if span is not None and span["end"] is None:
                span["end"] = self.at(record.time)
            self.emit(
                record,
                "job-told" if step else "job-given",
                by=self.innermost(record),
                job=index,
                error=self.recording.text(error),
            )
        elif step == 1:
            span = self.emit(
                record,
                "job",
                end=None,
                **{"in": None},
                job=index,
                function=number,
            )
            self.live_jobs[job] = index, span
        elif span is not None:
            span["end"] = self.at(record.time)

    def on_output(self, record, fd, length, *v):
        self.output = record, fd, length, struct.pack("=4Q", *v)
        self.output_done()

    def on_bytes(self, record, *v):
        if self.output and self.output[0].lane == record.lane:
            first, fd, length, text = self.output
            self.output = first, fd, length, text + struct.pack("=6Q", *v)
            self.output_done()

    def output_done(self):
        record, fd, length, text = self.output
        if len(text) >= length:
            self.output = None
            text = text[:length].decode("utf-8", "replace")
            last = self.events[-1] if self.events else {}
            if last.get("kind") == "output" and last["fd"] == fd:
                if last["lane"] == record.lane and len(last["text"]) < 500:
                    if not last["text"].endswith("\n"):
                        last["text"] += text
                        return
            self.emit(
                record, "output", by=self.innermost(record), fd=fd, text=text
            )

    def on_end(self, record, *_):
        self.ended = True


def first_line(text, inside):
    """Where the function begins that this line is in."""
    for number in range(min(inside, len(text)), 1, -1):
        if text[number - 1].startswith("{"):
            while number > 1 and text[number - 2].strip() not in ("", "}"):
                number -= 1
            return number
    return inside


def lane_names(recording):
    names = []
    for number, (thread, name) in enumerate(recording.lanes):
        is_main = thread == recording.pid
        names.append(
            {"id": number, "name": "main" if is_main else name, "thread": thread}
        )
    return names


def what_is_left(builder):
    left = [
        {"object": index, "due": due}
        for index, due in builder.pending.items()
        if not builder.objects[index]["internal"]
    ]
    for task in builder.tasks:
        if not task.get("done") and task.get("waits"):
            left.append(dict(task["waits"]))
    return left


def build(recording, maps, root, command, end):
    """The run of one process, without what deserves attention."""
    symbols = Symbols(maps, root)
    builder = Builder(recording, symbols, {})
    builder.build()
    events = builder.events
    last = max([event["t"] for event in events] + [0])
    if end and end["how"] == "signal":
        last = max(last, end["t"] - recording.began)
    if builder.ended and not end:
        end = {"how": "exit", "status": None}
    return builder, {
        "form": 1,
        "program": {
            "name": os.path.basename(command[0]),
            "command": command,
            "pid": recording.pid,
            "parent": recording.parent or None,
            "language": "c",
            "loop": f"libevent {recording.version}",
            "thread": recording.pid,
            "started": datetime.fromtimestamp(
                recording.real / 1e9, timezone.utc
            ).isoformat(timespec="milliseconds"),
        },
        "end": {**(end or {"how": "unknown"}), "t": last},
        "dropped": recording.dropped,
        "lanes": lane_names(recording),
        "functions": builder.functions,
        "objects": builder.objects,
        "tasks": builder.tasks,
        "jobs": builder.jobs,
        "events": events,
        "pending": what_is_left(builder),
        "attention": [],
        "sources": {file: text for file, text in builder.sources.items() if text},
    }
