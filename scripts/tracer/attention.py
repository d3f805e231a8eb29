"""What deserves attention in a run: faults that a card explains, in words."""
import collections

MS = 1_000_000
LATE = 0.2  # of the limit: what callbacks and a stale clock may cost a timer
STALE = 10 * MS  # the coarse clock lags by 4 ms at most
STARVED = 1 * MS
MANY = 100  # activations in one pass
SPINS = 500  # passes in a row
STOPPED = "SIGKILL by scripts/see -t"
STOPPING = ("SIGINT", "SIGTERM", STOPPED)  # they come from outside
ORDER = (
    "unfinished asleep nested deadlock blocked starved late early ready-and-late drift busy"
    " not-awaited pending"
).split()


def ms(ns):
    return f"{ns / MS:,.1f} ms"


def times(count):
    return "once" if count == 1 else f"{count:,} times"


class Attention:
    def __init__(self, run, once, limit_ms):
        self.run, self.once = run, once
        self.limit = limit_ms * MS
        self.events = run["events"]
        self.found = []
        self.inside = collections.defaultdict(list)
        for index, event in enumerate(self.events):
            if event.get("in") is not None:
                self.inside[event["in"]].append(index)
        self.end = run["end"]["t"]

    def add(self, what, card, events, text):
        self.found.append({"what": what, "text": text, "card": card, "events": events})

    def look(self):
        self.nested()
        self.unfinished()
        self.asleep()
        self.blocked()
        self.timers()
        self.ready_and_late()
        self.drift()
        self.busy()
        self.never_idle()
        self.tasks()
        self.pending()
        self.found.sort(key=lambda each: ORDER.index(each["what"]))
        return self.found

    # --- helpers --------------------------------------------------------------

    def name(self, event):
        """Of the function that a span runs."""
        number = event.get("function")
        if event["kind"] == "step":
            return f"task {self.run['tasks'][event['task']]['name']}"
        return self.run["functions"][number]["name"] if number is not None else "?"

    def object(self, event):
        return self.run["objects"][event["object"]]["name"]

    def length(self, event):
        return (self.end if event["end"] is None else event["end"]) - event["t"]

    def culprit(self, index):
        """The innermost span in it that takes nearly all of its time."""
        for inner in self.inside[index]:
            event = self.events[inner]
            if event["kind"] in ("callback", "step"):
                if self.length(event) >= 0.8 * self.length(self.events[index]):
                    return self.culprit(inner)
        return index

    def sleeps_in(self, index):
        return sum(
            self.length(self.events[inner])
            if self.events[inner]["kind"] == "sleep"
            else self.sleeps_in(inner)
            for inner in self.inside[index]
        )

    # --- faults of the loop ----------------------------------------------------

    def nested(self):
        found = [
            index
            for index, event in enumerate(self.events)
            if event["kind"] == "loop" and event["nested"]
        ]
        if found:
            first = self.events[found[0]]
            around = self.events[first["in"]]
            self.add(
                "nested",
                "01-15",
                found,
                f"{self.name(around)} ran the loop that it was called by, which is an "
                f"error{self.returned(first)}",
            )

    @staticmethod
    def returned(loop):
        if loop["returned"] is None:
            return ""
        return f": event_base_loop returned {loop['returned']}"

    def unfinished(self):
        if self.run["end"]["how"] != "signal":
            return
        found = [
            index
            for index, event in enumerate(self.events)
            if event["kind"] in ("callback", "step") and event["end"] is None
        ]
        if not found:
            return
        event, how = self.events[found[-1]], self.run["end"]["signal"]
        if how in STOPPING and self.length(event) < self.limit:
            return
        self.add(
            "unfinished",
            "01-17",
            found,
            f"{self.name(event)} began at {ms(event['t'])} and had not returned "
            f"{ms(self.length(event))} later, when the program ended ({how})",
        )

    def asleep(self):
        """It was killed while it waited for something that did not come."""
        if self.run["end"]["how"] != "signal":
            return
        for index, event in enumerate(self.events):
            if event["kind"] != "sleep" or event["end"] is not None:
                continue
            waits = [self.pending_words(each) for each in self.run["pending"][:5]]
            self.add(
                "asleep",
                "01-09",
                [index],
                f"the loop had slept since {ms(event['t'])} when the program ended "
                f"({self.run['end']['signal']}); it waits for "
                + (", ".join(waits) or "nothing that is known"),
            )

    def pending_words(self, each):
        if "task" in each:
            return f"task {self.run['tasks'][each['task']]['name']}: {each['for']}"
        made = self.run["objects"][each["object"]]
        fd = "" if made["fd"] is None else f" (fd {made['fd']})"
        return f"{made['kind']} {made['name']}{fd}"

    def blocked(self):
        groups = collections.defaultdict(list)
        for index, event in enumerate(self.events):
            if event["kind"] != "callback" or event["end"] is None:
                continue
            around = event["in"]
            if around is not None and self.events[around]["kind"] == "callback":
                continue
            if event["count"] > 1 or self.length(event) < self.limit:
                continue
            if self.length(event) - self.sleeps_in(index) < self.limit:
                continue
            culprit = self.culprit(index)
            groups[self.name(self.events[culprit])].append(culprit)
        for name, found in groups.items():
            longest = max(self.length(self.events[index]) for index in found)
            again = f" {times(len(found))}, at most" if len(found) > 1 else ""
            self.add(
                "blocked",
                "05-11",
                found,
                f"{name} held the loop{again} for {ms(longest)} "
                f"(limit {ms(self.limit)})",
            )

    def timers(self):
        """Late ones with who made them late, starved ones, early ones."""
        late = collections.defaultdict(list)
        spans, sleeps, added, early = [], [], {}, {}
        for index, event in enumerate(self.events):
            if event["kind"] == "add":
                added[event["object"]] = index
            elif event["kind"] == "sleep":
                sleeps.append(index)
            elif event["kind"] == "callback":
                around = event["in"]
                outer = None if around is None else self.events[around]["kind"]
                if event["cause"] == "timer":
                    add = added.get(event["object"])
                    if event["late"] <= -STALE and add is not None:
                        early.setdefault(event["function"], (index, add))
                    if event["late"] > STARVED:
                        why = self.reasons(event, spans, sleeps)
                        if why:
                            late[event["object"]].append((index, why))
                if outer != "callback":
                    spans.append(index)
        for found in late.values():
            self.tell_late(found)
        for found in early.values():
            self.tell_early(*found)

    def reasons(self, event, spans, sleeps):
        """Who made this timer late: {name: (ns, index)}; the last ones first."""
        why = {}
        due, now = event["t"] - event["late"], event["t"]
        for index in reversed(spans):
            span = self.events[index]
            end = span["end"] if span["end"] is not None else self.end
            if end <= due:
                break
            if span["lane"] != event["lane"]:
                continue
            name = self.name(self.events[self.culprit(index)])
            if span["count"] >= MANY:
                name = f"{name}\0{span['count']}"
            before = why.get(name, (0, index))[0]
            why[name] = before + min(end, now) - max(span["t"], due), index
        for index in reversed(sleeps):
            sleep = self.events[index]
            if sleep["end"] is None or sleep["end"] <= due:
                break
            allowed = sleep["allowed"]
            if sleep["lane"] != event["lane"] or allowed is None:
                continue
            if sleep["t"] + allowed > due + STALE:
                cost = min(sleep["end"], now) - max(sleep["t"], due)
                before = why.get("", (0, index))[0]
                why[""] = before + cost, index
        return why

    def tell_late(self, found):
        starved = [
            (index, name, cost)
            for index, why in found
            for name, (cost, _) in why.items()
            if "\0" in name and cost >= 0.5 * self.events[index]["late"]
        ]
        if starved:
            index, name, _ = starved[0]
            who, count = name.split("\0")
            event = self.events[index]
            self.add(
                "starved",
                "01-07",
                [index, found[0][1][name][1]],
                f"{who} activated itself {int(count):,} times in one pass, and "
                f"{self.object(event)} got no turn: {ms(event['late'])} late",
            )
        worst = {}
        starving = {index for index, _, _ in starved}
        rest = [
            (index, why)
            for index, why in found
            if index not in starving
            and sum(cost for cost, _ in why.values()) >= LATE * self.limit
        ]
        if not rest:
            return
        index, worst = max(rest, key=lambda pair: self.events[pair[0]]["late"])
        event = self.events[index]
        parts = [
            f"{ms(cost)} by " + (name.split("\0")[0] or "the loop's stale clock")
            for name, (cost, _) in sorted(worst.items(), key=lambda each: -each[1][0])
            if cost >= max(MS, 0.05 * event["late"])
        ][:4]
        often = f" {times(len(rest))}, at most" if len(rest) > 1 else ""
        self.add(
            "late",
            "01-04",
            [index] + sorted(where for _, where in worst.values()),
            f"{self.object(event)} was late{often} {ms(event['late'])}: "
            + ", ".join(parts),
        )

    def tell_early(self, index, added):
        event, add = self.events[index], self.events[added]
        by = ""
        if add["by"] is not None:
            by = f": {self.name(self.events[add['by']])} had run that long"
        self.add(
            "early",
            "01-05",
            [index, added],
            f"{self.object(event)} came after {ms(event['t'] - add['t'])}, not "
            f"{ms(add['asked'])}: the loop's clock was {ms(add['stale'])} behind when "
            f"it was added{by}",
        )

    def ready_and_late(self):
        ready, found = {}, []
        for index, event in enumerate(self.events):
            if event["kind"] == "pass":
                ready = {}
            elif event["kind"] == "fd-ready":
                ready[event["fd"]] = index
            elif event["kind"] == "callback" and event["fd"] in ready:
                kind = self.run["objects"][event["object"]]["kind"]
                if event["what"] == ["timeout"] and kind == "descriptor":
                    found.append((ready[event["fd"]], index))
        if found:
            event = self.events[found[0][1]]
            self.add(
                "ready-and-late",
                "01-12",
                list(found[0]),
                f"{self.name(event)} was told of a timeout only, though descriptor "
                f"{event['fd']} was ready in the same pass",
            )

    def drift(self):
        """Timers that are added again late in their own callback."""
        shifts = collections.defaultdict(list)
        for index, event in enumerate(self.events):
            if event["kind"] != "add" or event["by"] is None or not event["asked"]:
                continue
            by = self.events[event["by"]]
            if by["kind"] != "callback" or by.get("object") != event["object"]:
                continue
            if by["cause"] != "timer" or event["due"] is None or by["due"] is None:
                continue
            worked = event["t"] - by["t"]
            shift = event["due"] - event["asked"] - by["t"]
            if by["asked"] == event["asked"]:
                shifts[event["object"]].append((worked, shift, index))
        for number, found in shifts.items():
            worked = sum(each[0] for each in found) / len(found)
            shift = sum(each[1] for each in found) / len(found)
            asked = self.events[found[0][2]]["asked"]
            if len(found) < 4 or min(worked, shift) < max(MS, 0.05 * asked):
                continue
            self.add(
                "drift",
                "01-10",
                [index for _, _, index in found][:50],
                f"{self.run['objects'][number]['name']} drifts: {times(len(found))} it "
                f"was added again {ms(worked)} after its callback began, with "
                f"{ms(asked)} from then on",
            )

    def busy(self):
        """Passes in a row in which a descriptor is ready and nothing is gained."""
        streak, best = [], []
        state = None
        for index, event in enumerate(self.events + [{"kind": "pass"}]):
            if event["kind"] == "pass":
                if state and state["ready"] and not state["gain"] and state["slept"] < MS:
                    streak.append(state["index"])
                else:
                    streak = []
                if len(streak) > len(best):
                    best = list(streak) if len(streak) < 2 else streak
                state = {"index": index, "ready": 0, "gain": False, "slept": 0}
            elif state is None:
                continue
            elif event["kind"] == "sleep":
                state["ready"] = event["ready"] or 0
                state["slept"] = self.length(event)
            elif event["kind"] == "callback" and event["cause"] != "error":
                if not self.run["objects"][event["object"]]["internal"]:
                    state["gain"] = True
        if len(best) >= SPINS:
            inside = [
                self.name(self.events[inner])
                for inner in self.inside[best[0]]
                if self.events[inner]["kind"] == "callback"
            ]
            why = f" but {inside[-1]}" if inside else ""
            self.add(
                "busy",
                "02-14" if inside else "02-09",
                [best[0], best[-1]],
                f"the loop spins: in {len(best):,} passes in a row a descriptor was "
                f"ready and no callback ran{why}",
            )

    def never_idle(self):
        """Killed while the same few callbacks ran again and again."""
        if self.run["end"]["how"] != "signal":
            return
        ran, total = {}, 0
        for event in reversed(self.events):
            if event["kind"] == "sleep" and self.length(event) >= MS:
                break
            if event["kind"] == "callback" and not self.hidden(event):
                name = self.name(event)
                if name not in ran and len(ran) == 3:
                    break
                ran[name] = ran.get(name, 0) + event["count"]
                total += event["count"]
        if total >= SPINS:
            self.add(
                "busy",
                "01-09",
                [len(self.events) - 1],
                "the loop never became idle: the last thing seen is "
                + ", ".join(f"{name} {times(n)}" for name, n in ran.items()),
            )

    def hidden(self, event):
        return self.run["objects"][event["object"]]["internal"]

    # --- tasks, and the end -----------------------------------------------------

    def tasks(self):
        for task in self.run["tasks"]:
            if task.get("left") and task.get("error"):
                self.add(
                    "not-awaited",
                    "03-10",
                    self.last_of(task),
                    f"task {task['name']} failed and nothing awaited it: "
                    f"{task['error']}",
                )
        for circle in self.circles():
            names = [self.run["tasks"][each]["name"] for each, _ in circle]
            self.add(
                "deadlock",
                "05-04",
                [index for _, index in circle],
                "tasks wait for each other in a circle: "
                + " -> ".join(names + names[:1]),
            )

    def last_of(self, task):
        for index in range(len(self.events) - 1, -1, -1):
            event = self.events[index]
            if event.get("task") == task["id"]:
                return [index]
        return []

    def circles(self):
        """Each circle of tasks that wait for each other, when it closes: a list of
        (task, the index of its wait)."""
        waits, found = {}, []
        for index, event in enumerate(self.events):
            task = event.get("task")
            if event["kind"] == "task-waits":
                waits[task] = event["task_for"], event["for"], index
                circle = self.circle(waits, task)
                if circle:
                    found.append([(each, waits[each][2]) for each in circle])
            elif event["kind"] in ("task-ready", "step", "task-done"):
                self.hand_over(waits, task)
        return found

    @staticmethod
    def hand_over(waits, task):
        """What it waited for is its own now: others wait for this task."""
        holder, what, _ = waits.pop(task, (None, None, None))
        for other, (its_holder, its_what, index) in waits.items():
            if holder is not None and (its_holder, its_what) == (holder, what):
                waits[other] = task, what, index

    def circle(self, waits, first):
        """The tasks of the circle that this one's wait closes, or None."""
        circle, task = [], first
        while task in waits and task not in circle:
            if self.events[waits[task][2]]["due"] is not None:
                return None
            circle.append(task)
            task = waits[task][0]
        if task == first and circle:
            return circle
        return None

    def pending(self):
        if self.run["end"]["how"] != "exit":
            return
        names = [
            self.run["objects"][each["object"]]["name"]
            for each in self.run["pending"]
            if "object" in each and each["object"] not in self.once
        ]
        if names:
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            self.add(
                "pending",
                "05-09",
                [],
                "still pending at the end, never deleted: "
                + ", ".join(names[:5])
                + more,
            )
