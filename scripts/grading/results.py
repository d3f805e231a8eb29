"""What make grade has found, as the reports read it: in build/grade/classes/NAME there are
run.json (which students and exercises the last run was about) and for each student ID.mark,
ID.tap, ID.said and ID.json. scripts/grading/collect.py says what is in them.
"""
import json
import os
import re
import unicodedata
from collections import Counter
from pathlib import Path

LINKS = ("marks.csv", "checks.csv", "junit.xml", "students", "feedback", "feedback.zip",
         "moodle.csv", "canvas.csv", "summary.txt", "alike.csv")


def clean(text):
    """As it may be shown: nothing that a terminal or a reader of XML obeys, and no end
    of a line but "\\n": str.splitlines knows ten."""
    bad = ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in bad else "?" for c in text)


def one_line(text):
    return unicodedata.normalize("NFC", clean(text).replace("\n", "?").replace("\t", "?"))


def width(text):
    """How many columns of a terminal it takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF"
               else 1 for c in text)


def padded(text, columns):
    return text + " " * (columns - width(text))


def read(path):
    """Without the names of this machine's directories, which a linker prints."""
    if not path.exists():
        return ""
    text = clean(path.read_text("utf-8", "replace"))
    for root in {os.getcwd(), os.environ.get("PWD") or os.getcwd()}:
        text = text.replace(f"{root}/", "")
    return text


def load(path):
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def point_links(directory):
    """build/grade/marks.csv and the like are those of the class that was graded last, as far
    as it has them."""
    results = directory.parent.parent
    for name in LINKS:
        link = results / name
        if link.exists() and not link.is_symlink():
            link.rename(link.with_name(name + ".old"))
        link.unlink(missing_ok=True)
        if (directory / name).exists():
            link.symlink_to(Path("classes", directory.name, name))


class Answer:
    """One student's answer to one exercise: points, and its checks."""

    def __init__(self, directory, ident):
        mark = read(directory / f"{ident}.mark").rstrip("\n").split("\t")
        self.graded = len(mark) >= 5
        if not self.graded:  # the grading itself was cut off
            mark = [ident, "0", "0", "0", "could not be graded"]
        self.ident = ident
        self.points, self.passed, self.count = map(int, mark[1:4])
        self.of = 1
        self.why = mark[4]
        self.missing = self.why == "missing"
        self.said = read(directory / f"{ident}.said")
        self.hides = one_line(read(directory / f"{ident}.look").strip())
        self.peers = []  # of whom there is the same file: alike.py
        self.seed = read(directory / f"{ident}.seed").strip()
        self.seconds = read(directory / f"{ident}.seconds").strip()
        self.evidence = load(directory / f"{ident}.json")
        self.same = self.evidence.get("same") if not self.points else ""
        if self.same:
            self.why = f"this is your {self.same}: {self.why}"
        bats = next(Path(".").glob(f"{ident[:2]}-*/exercises/{ident[3:]}_*.bats"))
        self.name = bats.stem[len(ident[3:]) + 1:]
        # In the words of this checkout, so that none can be missing.
        names = re.findall(r'^@test "(.*)" \{', bats.read_text("utf-8"), re.M)
        self.checks = [[name, "not run", ""] for name in names]
        current = None
        for line in read(directory / f"{ident}.tap").splitlines():
            found = re.match(r"(not ok|ok) (\d+) .*?( # skip.*)?$", line)
            if found and 0 < int(found[2]) <= len(names):
                current = self.checks[int(found[2]) - 1]
                current[1] = "skipped" if found[3] else found[1]
            elif current and line.startswith("# | "):
                current[2] += line[4:] + "\n"
        if os.environ.get("POINTS") == "checks":
            self.of = len(names)
            # What was handed out passes some checks, and was not worked on.
            untouched = self.evidence.get("untouched") and not self.points
            self.points = 0 if untouched else min(self.passed, self.of)

    def title(self):
        return f"{self.ident} {self.name}"

    def late(self):
        return self.evidence.get("late", "")

    def was_run(self):
        return any(state != "not run" for _, state, _ in self.checks)

    def attention(self):
        """Why a teacher should look at it, or nothing; who has the same file is in peers."""
        if self.graded and self.why and not self.missing and not self.was_run():
            return self.why
        return f"this is your {self.same}" if self.same else ""

    def look(self):
        """All that a teacher should look at, in a line."""
        peers = f"the same file as {', '.join(self.peers)}" if self.peers else ""
        return ", ".join(w for w in (self.attention(), peers, self.hides) if w)

    def text(self):
        """The checks, one to a line, and what they or the compiler said."""
        lines = [self.why] if self.why else []
        if not self.was_run():
            return "\n".join(lines + self.said.splitlines())
        marks = {"ok": "✓", "not ok": "✗", "skipped": "– skipped:", "not run": "– not run:"}
        for name, state, said in self.checks:
            lines += [f"{marks[state]} {name}"] + ["    " + s for s in said.splitlines()]
        return "\n".join(lines)


class Student:
    def __init__(self, directory, idents):
        self.directory = directory
        about = load(directory / "student.json")
        self.name = one_line(about.get("name") or directory.name)
        self.people = about.get("people") or [{"name": directory.name}]
        self.moodle = about.get("moodle", "")
        self.notes = [one_line(n) for n in about.get("notes", [])]
        self.answers = [Answer(directory, i) for i in idents]
        self.points = sum(a.points for a in self.answers)
        self.of = sum(a.of for a in self.answers)
        self.graded = all(a.graded for a in self.answers)
        seconds = [float(a.seconds) for a in self.answers if a.seconds]
        self.seconds = round(sum(seconds), 2) if seconds else \
            int(read(directory / "time").strip() or 0) / 100

    def late(self):
        return next((a.late() for a in self.answers if a.late()), "")

    def again(self):
        return next((why for a in self.answers if (why := a.evidence.get("graded"))), "")


def tell_apart(students):
    """Two of one name get the platform's number behind it."""
    names = Counter(s.name for s in students)
    for student in students:
        if names[student.name] > 1 and student.people[0].get("id"):
            student.name += f" ({student.people[0]['id']})"


class Run:
    """The students of the class; alone: the one student that the last run was about, with the
    exercises that were asked for. everyone() has all that the class ever had."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.about = load(self.directory / "run.json")
        self.idents = self.about["exercises"]
        self.students = [Student(self.directory / "students" / key, self.idents)
                         for key in sorted(self.about["students"])]
        self.alone = [Student(self.directory / "students" / key, self.about["asked"])
                      for key in self.about["alone"]]
        tell_apart(self.students)

    def everyone(self):
        """All students with a mark, and all the exercises that any of them has one for."""
        places = sorted(d for d in (self.directory / "students").iterdir() if d.is_dir())
        idents = {m.stem for d in places for m in d.glob("*.mark")} | {*self.idents}
        idents = sorted((i for i in idents if list(
            Path(".").glob(f"{i[:2]}-*/exercises/{i[3:]}_*.bats"))),
            key=lambda i: (i[:2], int(i[3:])))
        students = [Student(d, idents) for d in places]
        tell_apart(students)
        return students, idents
