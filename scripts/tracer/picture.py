#!/usr/bin/python3
"""A run as a picture: SVG for lessons and slides, without scripts or fonts of its own.

usage: scripts/tracer/picture.py [-t TITLE] [-k KINDS] [-1] NAME.run.json >NAME.svg

  -t TITLE  what it shows
  -k KINDS  only the rows of these: loop,object,task,job
  -1        only until the loop returns for the first time
"""
import bisect
import getopt
import html
import json
import sys

sys.dont_write_bytecode = True

import layout  # noqa: E402
import log  # noqa: E402

ROW = 26
TOP = 40
NAMES = 128
MOST = 24  # rows
WIDE = 1000  # at most
LETTER = 6.2  # how wide a letter is, about

STYLE = """text{font:11px system-ui,sans-serif;fill:#1b1f24}
.f{fill:#57606a}.w{fill:#fff}.l{fill:#a84300;font-weight:600}
.b{fill:#fff}.r{fill:#0072b2}.t{fill:#00795a}.j{fill:#8a4b78}.k{fill:#1b1f24}
.s{fill:#fff;stroke:#57606a}.p{stroke:#57606a;stroke-width:1.5}
.y{stroke:#1b1f24;stroke-width:2.5;stroke-dasharray:2 3}
.a{fill:url(#h);stroke:#a84300}.g{stroke:#8c959f;stroke-dasharray:2 4}
.e{fill:#f3f4f6}.h{stroke:#a84300;stroke-width:2}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.f{fill:#9aa7b4}.w{fill:#0b1116}
.l{fill:#f0a35e}.b{fill:#12161b}.r{fill:#56b4e9}.t{fill:#3fc7a0}.j{fill:#d99ac5}
.k{fill:#e6edf3}.s{fill:#12161b;stroke:#9aa7b4}.p{stroke:#9aa7b4}.y{stroke:#e6edf3}
.a{stroke:#f0a35e}.g{stroke:#5b6672}.e{fill:#1b2128}.h{stroke:#f0a35e}}"""

HATCH = (
    '<pattern id="h" width="5" height="5" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path class="h" d="M0 0V5"/></pattern>'
)


def span(ns):
    return log.span(ns).replace(" us", " \u00b5s")


class Picture:
    def __init__(self, made, title=None):
        self.made, self.run = made, made.run
        self.events = made.events
        self.rows = made.rows[:MOST]
        command = " ".join(self.run["program"]["command"])
        self.title = title or f"{command}: what its loop did"
        self.scale()
        self.parts, self.loop_drawn = [], {}

    def scale(self):
        times = {0, self.made.end}
        for event in self.events:
            times.add(event["t"])
            times.add(event.get("end") or event["t"])
        for _, begin, end, _ in self.made.segments:
            times.update((begin, end))
        self.times = sorted(t for t in times if 0 <= t <= self.made.end)
        first = self.events[0]["t"] if self.events else 0
        self.places = [0.0]
        for before, t in zip(self.times, self.times[1:]):
            room = 0 if t <= first else layout.width(t - before)
            self.places.append(self.places[-1] + room)
        # A short run is not drawn wider than it needs.
        self.wide = min(WIDE - NAMES - 12, max(420, self.places[-1] * 9))
        self.factor = self.wide / (self.places[-1] or 1)

    def x(self, t):
        place = bisect.bisect_right(self.times, min(max(t, 0), self.made.end)) - 1
        part = self.places[place]
        if place + 1 < len(self.times):
            before, after = self.times[place : place + 2]
            part += (self.places[place + 1] - part) * (t - before) / (after - before)
        return NAMES + part * self.factor

    @staticmethod
    def y(row):
        return TOP + row * ROW

    def add(self, text):
        self.parts.append(text)

    def text(self, x, y, text, kind="", anchor=""):
        kind = f' class="{kind}"' if kind else ""
        anchor = f' text-anchor="{anchor}"' if anchor else ""
        self.add(
            f'<text x="{x:.0f}" y="{y:.0f}"{kind}{anchor}>{html.escape(text)}</text>'
        )

    def fitting(self, x, y, text, room, kind=""):
        if len(text) * LETTER + 6 <= room:
            self.text(x + 4, y, text, kind)
            return True
        return False

    def box(self, x, y, wide, high, kind):
        self.add(
            f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{wide:.1f}" '
            f'height="{high}"/>'
        )

    def svg(self):
        high = TOP + len(self.rows) * ROW + 22
        wide = NAMES + self.wide + 12
        for row in range(0, len(self.rows), 2):
            self.box(0, self.y(row), wide, ROW, "e")
        self.passes(high - 20)
        self.segments()
        self.bars()
        self.names()
        self.legend(high)
        body = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high}" '
            f'width="{wide:.0f}" height="{high}" role="img" aria-labelledby="t d">\n'
            f'<title id="t">{html.escape(self.title)}</title>\n'
            f'<desc id="d">{html.escape(self.description())}</desc>\n'
            f"<style>{STYLE}</style>\n<defs>{HATCH}</defs>\n"
            f'<rect class="b" width="{wide:.0f}" height="{high}"/>\n{body}\n</svg>\n'
        )

    def passes(self, bottom):
        """A line where a pass begins; its time, and its number, where there is room."""
        free_line = free = 0.0
        shown, before = None, 0
        for event in self.events:
            if event["kind"] != "pass":
                continue
            x = self.x(event["t"])
            if x >= free_line:
                self.add(f'<path class="g" d="M{x:.1f} 30V{bottom}"/>')
                free_line = x + 5
            time = f"{log.ms(event['t'])} ms"
            if time == shown:
                time = f"+{span(event['t'] - before)}"
            if x >= free and x + len(time) * LETTER < NAMES + self.wide + 12:
                self.text(x + 2, 14, f"pass {event['pass']}")
                self.text(x + 2, 26, time, "f")
                free = x + max(len(time), 8) * LETTER + 6
                shown, before = f"{log.ms(event['t'])} ms", event["t"]

    def segments(self):
        for row, begin, end, kind in self.made.segments:
            if row >= len(self.rows):
                continue
            x, after, y = self.x(begin), self.x(end), self.y(row) + ROW // 2
            if after - x < 0.5:
                continue
            if kind == "late":
                self.box(x, y - 7, after - x, 14, "a")
                text = f"{span(end - begin)} late"
                if len(text) * LETTER + 12 < after - x:
                    self.box(x + 3, y - 7, len(text) * LETTER + 6, 14, "b")
                    self.text(x + 6, y + 4, text, "l")
            else:
                kind = "y" if kind == "ready" else "p"
                self.add(f'<path class="{kind}" d="M{x:.1f} {y}H{after:.1f}"/>')

    def bars(self):
        drawn = {}
        for index, (event, row) in enumerate(zip(self.events, self.made.row)):
            kind = event["kind"]
            if "end" not in event:
                continue
            end = self.made.ends.get(index, event["end"] or self.made.end)
            x, after = self.x(event["t"]), self.x(end)
            self.loop_runs(event, x, max(after - x, 1.5))
            if row is None or row >= len(self.rows):
                continue
            if kind in ("loop", "pass") or after < drawn.get(row, -1) + 1:
                continue
            wide = max(after - x, 1.5)
            drawn[row] = x + wide
            y = self.y(row) + 5
            if kind == "sleep":
                self.sleep(event, x, y, wide)
                continue
            fill = {"step": "t", "job": "j"}.get(kind, "r")
            self.box(x, y, wide, ROW - 10, fill)
            if event["function"] is not None:
                name = self.run["functions"][event["function"]]["name"]
                self.fitting(x, y + 12, name, wide, "w")

    def sleep(self, event, x, y, wide):
        if event["allowed"] == 0:
            if wide >= 4:
                self.box(x, y, wide, ROW - 10, "s")
            return
        self.box(x, y, wide, ROW - 10, "s")
        slept = "" if event["end"] is None else span(event["end"] - event["t"])
        if not self.fitting(x, y + 12, f"sleeps {slept}", wide):
            self.fitting(x, y + 12, "sleeps", wide)

    def loop_runs(self, event, x, wide):
        row = self.made.place.get(("loop", event["lane"]))
        if row is None or event["kind"] != "callback" or row >= len(self.rows):
            return
        if x + wide >= self.loop_drawn.get(row, -1) + 1:
            self.box(x, self.y(row) + 8, wide, ROW - 16, "k")
            self.loop_drawn[row] = x + wide

    def names(self):
        for row, made in enumerate(self.rows):
            name = made["name"]
            if made["kind"] == "task":
                name = f"task {name}"
            elif made["kind"] == "job":
                name = f"job {name}"
            most = int((NAMES - 10) / LETTER)
            name = name if len(name) <= most else name[: most - 1] + "\u2026"
            self.text(6, self.y(row) + ROW // 2 + 4, name)

    def legend(self, high):
        left = len(self.made.rows) - len(self.rows) + self.made.left_out
        more = f"and {left} rows more \u00b7 " if left > 0 else ""
        self.text(
            6,
            high - 7,
            f"{more}filled: runs \u00b7 hollow: sleeps \u00b7 line: pending \u00b7 dots: "
            "ready \u00b7 hatched: late \u00b7 time is squeezed",
            "f",
        )

    def description(self):
        said = []
        for event, row in zip(self.events, self.made.row):
            if row is None:
                continue
            if event["kind"] == "sleep" and event["allowed"] != 0 and event["end"]:
                said.append(f"sleeps {span(event['end'] - event['t'])}")
            elif event["kind"] == "callback" and not self.internal(event):
                said.append(self.run["functions"][event["function"]]["name"])
            elif event["kind"] == "step":
                said.append(f"task {self.run['tasks'][event['task']]['name']}")
        shown = said[:40] + (["\u2026"] if len(said) > 40 else [])
        faults = " ".join(f"{each['text']}." for each in self.run["attention"][:3])
        return f"In order: {', '.join(shown)}. {faults}".strip()

    def internal(self, event):
        return self.run["objects"][event["object"]]["internal"]


def first_loop(run):
    """The run until the loop returns for the first time."""
    end = next(e["end"] for e in run["events"] if e["kind"] == "loop")
    events = [event for event in run["events"] if event["t"] <= end]
    seen = len(events)
    return {
        **run,
        "events": events,
        "end": {**run["end"], "t": end},
        "attention": [a for a in run["attention"] if max(a["events"], default=0) < seen],
    }


def main():
    options, names = getopt.getopt(sys.argv[1:], "t:k:1")
    given = dict(options)
    if len(names) != 1:
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(2)
    with open(names[0], encoding="utf-8") as file:
        run = json.load(file)
    made = layout.Layout(first_loop(run) if "-1" in given else run)
    if "-k" in given:
        made.keep(given["-k"].split(","))
    sys.stdout.write(Picture(made, given.get("-t")).svg())


if __name__ == "__main__":
    main()
