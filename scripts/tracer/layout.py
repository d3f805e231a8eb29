"""What the page and the picture share: the rows, what is drawn in them, the words."""
import math

import log

LATE = 5 * log.MS  # marked from there; a coarse clock and epoll_wait's ms cost less
MOST_ROWS = 400


def width(ns):
    """How wide so much time is drawn: a sleep of a second takes about four times the
    room of a callback of 30 us, so that both can be read."""
    return 0.4 + math.log2(1 + ns / 1000)


class Layout:
    """rows: what has a row of its own. row: the row of each event, or None. segments:
    [row, from, to, kind] with kind: pending, late, waits, ready. ends: of spans whose
    end is not known, when it was at the latest. words: each event in
    words, or None if it is not worth a step."""

    def __init__(self, run):
        self.run, self.events = run, run["events"]
        self.end = max([run["end"]["t"] or 0] + [e["t"] for e in self.events] + [1])
        self.has_steps = any(e["kind"] == "step" for e in self.events)
        self.rows, self.row, self.segments = [], [], []
        self.place = {}
        self.inner = log.Log(run).inner
        self.same = self.find_same()
        self.ends = self.find_ends()
        self.find_rows()
        self.find_segments()
        self.words = self.find_words()

    def view(self):
        return {
            "rows": self.rows,
            "row": self.row,
            "segments": self.segments,
            "words": self.words,
            "ends": self.ends,
            "left_out": self.left_out,
            "end": self.end,
        }

    def keep(self, kinds):
        """Leaves only the rows of these kinds: loop, object, task, job."""
        kept = [n for n, row in enumerate(self.rows) if row["kind"] in kinds]
        place = {before: n for n, before in enumerate(kept)}
        self.rows = [self.rows[n] for n in kept]
        self.row = [place.get(row) for row in self.row]
        self.segments = [
            [place[row], *rest] for row, *rest in self.segments if row in place
        ]
        self.place = {k: place[row] for k, row in self.place.items() if row in place}

    def find_ends(self):
        """A span whose end was dropped is over when the next pass of its lane begins."""
        ends, following = {}, {}
        for index in range(len(self.events) - 1, -1, -1):
            event = self.events[index]
            if event.get("end", 0) is None and event["kind"] != "loop":
                ends[index] = following.get(event["lane"], self.end)
            if event["kind"] == "pass":
                following[event["lane"]] = event["t"]
        return ends

    def key(self, index, event):
        """Which row an event is drawn in."""
        kind = event["kind"]
        if kind in ("loop", "pass", "sleep", "gap", "break", "fd-ready"):
            return "loop", event["lane"]
        if kind == "callback" and index in self.inner and self.internal(event):
            return None
        if "object" in event:
            return self.of_object(event["object"])
        if "task" in event:
            return "task", event["task"]
        if "job" in event:
            return "job", event["job"]
        if kind == "output" and event.get("by") is not None:
            return self.key(event["by"], self.events[event["by"]])
        return None

    def internal(self, event):
        return self.run["objects"][event["object"]]["internal"]

    def of_object(self, number):
        made = self.run["objects"][number]
        if made["tasks"] and self.has_steps:
            return None
        if made["internal"]:
            return None if made["of"] is None else self.of_object(made["of"])
        return "object", self.same.get(number, number)

    def find_same(self):
        """A bufferevent's callbacks belong to the bufferevent that the internal event
        around them serves: all of it has one row."""
        same = {}
        for event in self.events:
            if event["kind"] == "callback" and event["in"] is not None:
                around = self.events[event["in"]]
                if around["kind"] == "callback" and self.internal(around):
                    of = self.run["objects"][around["object"]]["of"]
                    if of is not None and not self.internal(event):
                        same.setdefault(event["object"], of)
        return same

    def find_rows(self):
        seen = {}
        for index, event in enumerate(self.events):
            key = self.key(index, event)
            if key is not None:
                seen.setdefault(key, event["lane"])
        order = {"loop": 0, "object": 1, "task": 2, "job": 3}
        keys = sorted(seen, key=lambda key: (order[key[0]], key[1]))
        for key in keys[:MOST_ROWS]:
            self.place[key] = len(self.rows)
            self.rows.append(self.named(key))
        self.left_out = max(0, len(keys) - MOST_ROWS)
        for index, event in enumerate(self.events):
            self.row.append(self.place.get(self.key(index, event)))

    def named(self, key):
        kind, number = key
        if kind == "loop":
            several = len(self.run["lanes"]) > 1
            name = self.run["lanes"][number]["name"] if several else ""
            name = f"loop ({name})" if name else "loop"
            return {"kind": "loop", "of": number, "name": name, "what": "loop"}
        made = self.run[kind + "s"][number]
        what, name = kind, made["name"]
        if kind == "object":
            what = made["kind"]
            called = [n for n, of in self.same.items() if of == number]
            if called:
                name = self.run["objects"][called[0]]["name"]
            if made["fd"] is not None:
                name = f"{name} (fd {made['fd']})"
        return {"kind": kind, "of": number, "name": name, "what": what}

    def segment(self, key, begin, end, kind):
        row = self.place.get(key)
        if row is not None and end > begin:
            self.segments.append([row, begin, end, kind])

    def find_segments(self):
        pending = {}  # key: since when, due
        waiting = {}  # key: since when, kind, due
        for index, event in enumerate(self.events):
            key, t, kind = self.key(index, event), event["t"], event["kind"]
            if key is None:
                continue
            if kind in ("add", "del"):
                self.close(key, pending, t)
                if kind == "add":
                    pending[key] = (t, event["due"])
            elif kind == "callback":
                self.fires(key, event, pending)
            elif kind in ("task-waits", "task-ready", "job-given"):
                self.change(key, waiting, t)
                what = "waits" if kind == "task-waits" else "ready"
                waiting[key] = (t, what, event.get("due"))
            elif kind in ("step", "job", "task-done", "task-cancelled", "job-told"):
                self.change(key, waiting, t)
                if kind == "job" and event["end"] is not None:
                    waiting[key] = (event["end"], "waits", None)
        for key in list(pending):
            self.close(key, pending, self.end)
        for key in list(waiting):
            self.change(key, waiting, self.end)

    def change(self, key, waiting, t):
        if key in waiting:
            since, kind, due = waiting.pop(key)
            if due is not None and t - due >= LATE:
                self.segment(key, max(since, due), t, "late")
                t = max(since, due)
            self.segment(key, since, t, kind)

    def close(self, key, pending, t):
        if key in pending:
            since, due = pending.pop(key)
            if due is not None and t - due >= LATE:
                self.segment(key, since, max(since, due), "pending")
                self.segment(key, max(since, due), t, "late")
            else:
                self.segment(key, since, t, "pending")

    def fires(self, key, event, pending):
        made = self.run["objects"][event["object"]]
        since, _ = pending.get(key, (None, None))
        is_late = event["due"] is not None and event["late"] >= LATE
        due = event["t"] - event["late"] if is_late else None
        if since is not None:
            pending[key] = (since, due)
            self.close(key, pending, event["t"])
        elif is_late:
            self.segment(key, due, event["t"], "late")
        if made["persist"]:
            has_next = event["due"] is not None and event["asked"]
            again = event["due"] + event["asked"] if has_next else None
            after = event["t"] if event["end"] is None else event["end"]
            pending[key] = (after, again)

    def find_words(self):
        said, words = log.Log(self.run), []
        for index, event in enumerate(self.events):
            text, right = said.words(index, event)
            words.append(None if text is None else [text.strip(), right.strip()])
        return words
