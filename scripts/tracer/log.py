"""A run as lines of text: one for each event, then what deserves attention."""
import os
import textwrap

MS = 1_000_000


def ms(ns):
    return f"{ns / MS:.1f}"


def span(ns):
    """A length of time, with its unit."""
    if ns < MS:
        return f"{ns / 1000:.0f} us"
    return f"{ns / MS:,.1f} ms"


def columns(left, right):
    """Both in 80 columns, if they fit; of the left one, as much as does."""
    room = max(40, 80 - len(right) - (1 if right else 0))
    if len(left) > room:
        left = left[: room - 1] + "\u2026"
    return f"{left:<{max(0, min(room, 52))}} {right}".rstrip()


class Log:
    def __init__(self, run, colour=False):
        self.run, self.colour = run, colour
        self.events = run["events"]
        self.functions, self.objects = run["functions"], run["objects"]
        self.tasks = run["tasks"]
        self.inner = {
            event["in"]
            for event in self.events
            if event["kind"] == "callback" and event.get("in") is not None
        }
        self.several = len({event["lane"] for event in self.events}) > 1

    def bold(self, text):
        return f"\033[1m{text}\033[m" if self.colour else text

    def function(self, number):
        return self.functions[number]["name"] if number is not None else "?"

    def place(self, number, line=None):
        if number is None or not self.functions[number]["file"]:
            return ""
        found = self.functions[number]
        return f"{os.path.basename(found['file'])}:{line or found['line']}"

    def object(self, number):
        return self.objects[number]["name"]

    def task(self, number):
        return self.tasks[number]["name"] if number is not None else "?"

    def lines(self):
        yield "      ms  pass"
        alike, skipped = None, []
        for block in self.blocks():
            same = [self.kind_of(event) for _, event in block]
            if same == alike:
                skipped.append(block)
                continue
            yield from self.fold(skipped)
            alike, skipped = same, []
            yield from self.lines_of(block)
        yield from self.fold(skipped)
        yield from self.tail()

    def blocks(self):
        """The events of a pass each."""
        block = []
        for index, event in enumerate(self.events):
            if event["kind"] == "pass" and block:
                yield block
                block = []
            block.append((index, event))
        yield block

    @staticmethod
    def kind_of(event):
        """What passes that are alike have in common."""
        fields = "lane kind object function task fd what for text count".split()
        return [str(event.get(field)) for field in fields] + [event.get("allowed") == 0]

    def fold(self, blocks):
        """Passes like the one before them: two are shown, more are counted."""
        if len(blocks) > 2:
            last = blocks[-1][0][1]
            yield (
                f"{'':16}\u2026 {len(blocks) - 1:,} passes like this one, "
                f"to {ms(last['t'])} ms"
            )
            blocks = blocks[-1:]
        for block in blocks:
            yield from self.lines_of(block)

    def lines_of(self, block):
        made = []
        for index, event in block:
            text, right = self.words(index, event)
            if text is None:
                continue
            number = self.pass_of(event) if event["kind"] in ("sleep", "gap") else ""
            depth = self.depth(event)
            lane = f"[{event['lane']}] " if self.several else ""
            head = f"{ms(event['t']):>8} {number:>5}  {lane}{'  ' * depth}"
            made.append(columns(head + text, right))
        return made

    def pass_of(self, event):
        around = event.get("in")
        return self.events[around].get("pass", "") if around is not None else ""

    def depth(self, event):
        depth, around = 0, event.get("in", event.get("by"))
        while around is not None:
            if self.events[around]["kind"] in ("callback", "step"):
                depth += not self.hides(around)
            around = self.events[around]["in"]
        return depth

    def hides(self, index):
        """libevent's own callback, in which one of the program's stands."""
        event = self.events[index]
        if index not in self.inner or event["kind"] != "callback":
            return False
        return self.objects[event["object"]]["internal"]

    def words(self, index, event):
        say = getattr(self, "say_" + event["kind"].replace("-", "_"), None)
        return say(event, index) if say else (None, "")

    def say_loop(self, event, _):
        if event["nested"]:
            return "the loop is run in its own callback: an error", ""
        return f"the loop runs (base {event['base']})", ""

    def say_sleep(self, event, _):
        if event["allowed"] is None:
            allowed = "until something happens"
        elif event["allowed"] == 0:
            return "looks", self.ready(event)
        else:
            allowed = f"up to {span(event['allowed'])}"
        if event["end"] is None:
            return f"sleeps {allowed}", "to the end"
        slept = span(event["end"] - event["t"])
        return f"sleeps {allowed}: {slept}", self.ready(event)

    @staticmethod
    def ready(event):
        if event["ready"] and event["ready"] < 0:
            return "interrupted"
        return f"{event['ready']} ready" if event["ready"] else ""

    def say_callback(self, event, index):
        if self.hides(index):
            return None, ""
        name = self.function(event["function"])
        if event["count"] > 1:
            name = f"{name} {event['count']:,} times, activated by itself"
        elif event["fd"] is not None and event["cause"] in ("descriptor", "accept"):
            name = f"{name} (fd {event['fd']})"
        took = "did not return"
        if event["end"] is not None:
            took = span(event.get("ran", event["end"] - event["t"]))
        late = ""
        if event["due"] is not None and event["late"] >= MS:
            late = f", {span(event['late'])} late"
        elif event["due"] is not None and event["late"] <= -MS:
            late = f", {span(-event['late'])} early"
        what = event["cause"]
        if self.objects[event["object"]]["tasks"]:
            what = "tasks"
        if what == "descriptor":
            what = "+".join(each for each in event["what"] if each != "persist")
        return f"{what:<7} {name}{late}", f"{took:>9}  {self.place(event['function'])}"

    def say_step(self, event, _):
        took = "did not return"
        if event["end"] is not None:
            took = span(event["end"] - event["t"])
        result = f": {event['result']}" if event["result"] else ""
        return (
            f"task    {self.task(event['task'])} runs{result}",
            f"{took:>9}  {self.place(event['function'])}",
        )

    def where(self, event):
        if event["from"] is None:
            return ""
        return f"{self.function(event['from'])}, {self.place(event['from'], event['line'])}"

    def hidden(self, event):
        made = self.objects[event["object"]]
        return made["internal"] or made["tasks"]

    def say_add(self, event, _):
        if self.hidden(event):
            return None, ""
        made = self.objects[event["object"]]
        time = "" if event["asked"] is None else f" {span(event['asked'])}"
        stale = ""
        if event["stale"] and event["stale"] >= 10 * MS:
            stale = f", clock {span(event['stale'])} behind"
        what = "timer" if made["kind"] == "timer" else made["kind"]
        return f"+ {what}{time} {made['name']}{stale}", self.where(event)

    def say_del(self, event, _):
        if self.hidden(event):
            return None, ""
        return f"- {self.object(event['object'])}", self.where(event)

    def say_activate(self, event, _):
        if self.hidden(event):
            return None, ""
        return f"! {self.object(event['object'])} activated", self.where(event)

    def say_break(self, event, _):
        return "the loop is told to stop", self.where(event)

    def say_task_created(self, event, _):
        return f"+ task {self.task(event['task'])}", ""

    def say_task_ready(self, event, _):
        if event["why"] in ("new", "yield"):
            return None, ""
        error = f" ({event['error']})" if event["error"] else ""
        return f"! task {self.task(event['task'])} may go on{error}", event["why"]

    def say_task_waits(self, event, _):
        for_ = event["for"]
        if event["task_for"] is not None:
            other = self.task(event["task_for"])
            for_ = other if for_ == "a task" else f"{for_}, which {other} holds"
        due = ""
        if event["due"] is not None:
            due = f"{span(max(0, event['due'] - event['t']))} to go"
        return f"  task {self.task(event['task'])} waits for {for_}", due

    def say_task_done(self, event, _):
        error = f": {event['error']}" if event["error"] else ""
        return f"  task {self.task(event['task'])} is done{error}", ""

    def say_task_cancelled(self, event, _):
        return f"  task {self.task(event['task'])} was cancelled before it began", ""

    def say_job_given(self, event, _):
        return f"+ job {self.run['jobs'][event['job']]['name']}", ""

    def say_job_told(self, event, _):
        return f"  job {self.run['jobs'][event['job']]['name']} is told", ""

    def say_job(self, event, _):
        took = "did not return"
        if event["end"] is not None:
            took = span(event["end"] - event["t"])
        return (
            f"job     {self.run['jobs'][event['job']]['name']}",
            f"{took:>9}  {self.place(event['function'])}",
        )

    def say_output(self, event, _):
        text = "".join(c if c.isprintable() else " " for c in event["text"])
        return f"\u00bb {text.strip()}", ""

    def say_gap(self, event, _):
        return f"\u2026 {event['count']:,} records dropped: the file was full", ""

    def tail(self):
        end = self.run["end"]
        left = [each for each in self.run["pending"] if "object" in each]
        tasks = [each for each in self.run["pending"] if "task" in each]
        how = {"exit": "the program ends", "signal": "the program is killed"}
        text = how.get(end["how"], "the record ends")
        if end["how"] == "signal":
            text += f": {end['signal']}"
        elif end["how"] == "exit" and end.get("status"):
            text += f", status {end['status']}"
        if not left and not tasks:
            text += "; nothing is pending"
        yield f"{ms(end['t']):>8}        {text}"
        for each in left[:20]:
            made = self.objects[each["object"]]
            due = "" if each["due"] is None else f", due at {ms(each['due'])}"
            fd = "" if made["fd"] is None else f" (fd {made['fd']})"
            yield f"{'':16}pending: {made['kind']} {made['name']}{fd}{due}"
        for each in tasks[:20]:
            for_ = each["for"]
            if each["task_for"] is not None:
                for_ += f" ({self.task(each['task_for'])})"
            yield f"{'':16}pending: task {self.task(each['task'])} waits for {for_}"
        more = max(0, len(left) - 20) + max(0, len(tasks) - 20)
        if more:
            yield f"{'':16}and {more:,} more"

    def attention(self):
        if not self.run["attention"]:
            return
        yield ""
        yield self.bold("deserves attention")
        for each in self.run["attention"]:
            text = f"{each['text']}"
            card = f"make prove CARD={each['card']}" if each["card"] else ""
            yield from textwrap.wrap(
                text, 78, initial_indent="  ", subsequent_indent="    "
            )
            if card:
                yield f"    {card}"
