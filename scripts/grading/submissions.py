"""What students handed in, as platforms export it: who handed in, and which of the files
is the answer to which exercise. Taken are only regular files of C source, under the names
that this checkout has; entries.py reads them.

    for student in find("class", exercises).students.values():  # or an archive
        for ident, answer in student.answers(exercises).items():
            answer.why or answer.data

EXERCISES says for each id its path: {"02-1": "02-sockets/exercises/1_lines.c"}.
"""
import hashlib
import os
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from entries import (ARCHIVE, BROKEN, DIRECTORIES, INSIDE, LARGEST, METADATA, NO_ANSWERS, Refused,
                     plain_name, read_all)

OTHER_ARCHIVE = re.compile(r"\.(rar|7z|xz|txz|bz2|tbz2?|zst|gz)$", re.I)
MOST_NOTES = 20
EARLIER = "an earlier version"
MOODLE = re.compile(r"(.+?)_(\d+)_assignsubmission_(\w+?)(?:_(.*))?$", re.S)
CANVAS = re.compile(r"(.+?)_(?:(LATE)_)?(\d+)_(?:(\d+)_(.+)|text\.html|link\.html)$", re.S)
CANVAS_ANONYMOUS = re.compile(r"(LATE_)?anon_(\w+?)_(?:(\d+)_(.+)|text\.html|link\.html)$", re.S)


@dataclass
class Answer:
    """Why there is none, or data, file (its path in the submission) and time."""
    why: str = ""
    data: bytes = b""
    file: str = ""
    time: float = 0

    def sha256(self):
        return hashlib.sha256(self.data).hexdigest() if self.data else ""


# ---- who --------------------------------------------------------------------

@dataclass
class Student:
    """One submission: of one student, or of a group. key names its directory of results."""
    key: str
    people: list  # {"name":, "id":, "email":}, as far as the platform says
    entries: list = field(default_factory=list)
    time: float = 0  # when it was handed in, if the platform says
    late: bool = False  # the platform says so
    moodle: str = ""  # its folder in Moodle's export
    texts: list = field(default_factory=list)  # what it handed in that is no file
    notes: list = field(default_factory=list)  # what was there and not taken

    @property
    def name(self):
        return ", ".join(p["name"] for p in self.people if p.get("name")) or self.key

    def clone(self):
        return any(e.kind == "clone" for e in self.entries)

    def answers(self, exercises):
        return Search(self, exercises).answers


def person(name, ident="", email=""):
    return {"name": name, "id": ident, "email": email}


def without_suffix(name):
    return ARCHIVE.sub("", name)


class Class:
    """Puts entries to students. strays: files that are no student's."""

    def __init__(self, exercises):
        self.names = {plain_name(Path(p).name)[0] for p in exercises.values()}
        self.chapters = {p.split("/")[0] for p in exercises.values()}
        self.students = {}
        self.strays = []
        self.one = False  # these are one student's files

    def is_answer(self, entry):
        return entry.kind not in DIRECTORIES and plain_name(entry.parts[-1])[0] in self.names

    def holds_answers(self, entries):
        return any(self.is_answer(e) or e.kind == "archive" for e in entries)

    @staticmethod
    def tops(entries):
        """What stands at the top, and what is below each."""
        tops = {}
        for entry in entries:
            tops.setdefault(entry.parts[0], []).append(entry)
        return tops

    @staticmethod
    def is_platform(tops):
        return METADATA in tops or any(
            MOODLE.match(name) or (CANVAS.match(name) or CANVAS_ANONYMOUS.match(name)) and
            len(es[0].parts) == 1 and es[0].kind not in ("directory", "clone")
            for name, es in tops.items())

    def full(self, tops):
        """The directories and archives in which answers are, as students have them."""
        return [n for n, es in tops.items() if not n.startswith("event-loop-workbook") and
                (es[0].kind == "archive" or self.holds_answers(e for e in es if len(e.parts) > 1))]

    def is_one(self, tops):
        """True if these are one student's: the workbook, parts of it, or its files. A loose
        file beside the directories of students does not make them one."""
        if self.chapters & {*tops} or "exercises" in tops:
            return True
        loose = any(self.is_answer(e) for es in tops.values() for e in es if len(e.parts) == 1)
        return loose and not self.full(tops)

    def sort(self, entries, name):
        tops = self.tops(entries)
        while True:
            if not self.is_platform(tops) and self.is_one(tops):
                self.single(name, entries)
                return
            only, below = next(iter(tops.items()), ("", []))
            inside = self.tops([e.below(1) for e in below if len(e.parts) > 1])
            if len(tops) > 1 or not inside or self.is_platform(tops) or not (
                    self.is_platform(inside) or
                    not self.is_one(inside) and len(self.full(inside)) > 1):
                break
            tops, name = inside, without_suffix(only)  # one level deeper
        people = gradescope_people(tops)
        clones = [n for n, es in tops.items() if any(e.kind == "clone" for e in es)]
        prefix = os.path.commonprefix(clones).rpartition("-")[0] if len(clones) > 1 else ""
        for top, below in tops.items():
            self.put(top, below, people, prefix)

    def single(self, name, entries):
        self.one = True
        match = MOODLE.match(name)
        if match and not match[4]:
            self.moodle(match, [e.below(0, (name,)) for e in entries])
        else:
            self.add(name, [person(name)], entries)

    def put(self, top, below, people, prefix):
        first = below[0]
        file = first.kind not in DIRECTORIES and len(first.parts) == 1
        moodle = MOODLE.match(top)
        platform = file or first.kind == "archive"
        canvas = CANVAS.match(top) if platform else None
        anonymous = CANVAS_ANONYMOUS.match(top) if platform else None
        if moodle:
            self.moodle(moodle, below)
        elif anonymous:
            late, ident, upload, rest = anonymous.groups()
            self.canvas(f"anon_{ident}", person("", ident), late, upload, rest, below)
        elif canvas:
            name, late, ident, upload, rest = canvas.groups()
            self.canvas(f"{name}_{ident}", person(name, ident), late, upload, rest, below)
        elif top in people:
            who, time = people[top]
            self.add(top, who or [person(top)],
                     [e.below(1) for e in below if len(e.parts) > 1], time=time)
        elif file and not ARCHIVE.search(top) and (
                first.kind != "a symbolic link" or self.is_answer(first)):
            if top != METADATA:
                self.strays.append(top)
        elif not top.startswith("."):
            name = without_suffix(top)
            login = name[len(prefix) + 1:] if prefix and name.startswith(prefix + "-") else ""
            inside = [e.below(1) for e in below if len(e.parts) > 1]
            inside += [e for e in below if len(e.parts) == 1 and e.kind not in DIRECTORIES]
            self.add(name, [person(login or name, login)], inside)

    def moodle(self, match, below):
        name, ident, kind, rest = match.groups()
        name = name.replace("_", " ")
        student = self.add(f"{name}_{ident}", [person(name, ident)], [])
        student.moodle = student.moodle or f"{match[1]}_{ident}_assignsubmission_file_"
        if kind == "file" and not rest:
            student.moodle = match.string
        inside = [e.below(1, (rest,) if rest else ()) for e in below if rest or len(e.parts) > 1]
        if kind == "file":
            student.entries += inside
        else:
            student.texts.append(f"{kind}, which is not a file")

    def canvas(self, key, who, late, upload, rest, below):
        student = self.add(key, [who], [])
        student.late |= bool(late)
        if rest is None:
            student.texts.append(f"{below[0].path()}, which is not a file")
            return
        number = re.search(r"-(\d+)(\.[A-Za-z.]+)$", rest)
        for entry in below:
            entry = entry.below(1, (rest,))
            entry.version = (int(number[1]) if number else 0, int(upload))
            student.entries.append(entry)

    def add(self, key, people, entries, **more):
        key = key.replace("/", "_").replace("\0", "_")
        key = "_" + key[1:] if key[:1] == "." else key
        while len(os.fsencode(key)) > 200:
            key = key[:-1]
        student = self.students.setdefault(key, Student(key, people, **more))
        student.entries += entries
        return student


def gradescope_people(tops):
    """What Gradescope's metadata says: {"submission_1": ([person, …], time)}. Of the file
    only these lines are read: it is Ruby's YAML, with more in it than a parser allows."""
    if METADATA not in tops or tops[METADATA][0].kind != "file":
        return {}
    people, top = {}, None
    for line in tops[METADATA][0].read(INSIDE).decode("utf-8", "replace").splitlines():
        if found := re.match(r"(submission_\w+):", line):
            top = people[found[1]] = ([], [0])
        elif top and (found := re.match(r"\s*(- )?:(name|sid|email|created_at): *(.*)", line)):
            start, what, value = found.groups()
            value = re.sub(r"""^(['"])(.*)\1$""", r"\2", value.strip()).replace("''", "'")
            if what == "created_at":
                top[1][0] = top[1][0] or gradescope_time(value)
                continue
            if start or not top[0]:
                top[0].append(person(""))
            top[0][-1]["id" if what == "sid" else what] = value
    return {name: ([p for p in who if p["name"] or p["email"]], time[0])
            for name, (who, time) in people.items()}


def gradescope_time(text):
    found = re.match(r"(\d+-\d+-\d+[ T]\d+:\d+:\d+)(?:\.\d+)? *(Z|UTC|[-+]\d\d:?\d\d)?", text)
    if not found:
        return 0
    zone = "+00:00" if found[2] in ("Z", "UTC", None) else found[2]
    zone = zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    try:
        return datetime.fromisoformat(found[1] + zone).timestamp()
    except ValueError:
        return 0


def find(path, exercises, one=False):
    """The students of a directory, or of an archive of one: a Class, with students by key.
    ONE: it is a single student's, whatever is in it. Raises OSError and Refused."""
    path = Path(path)
    entries = read_all(path, {Path(p).name for p in exercises.values()})
    name = path.resolve().name if path.is_dir() else without_suffix(path.resolve().name)
    students = Class(exercises)
    if one:
        students.single(name, entries)
    else:
        students.sort([e for e in entries if e.parts], name)
    return students


# ---- which file -------------------------------------------------------------

class Search:
    """Looks for a student's answers; what is there and not taken goes to its notes."""

    def __init__(self, student, exercises):
        self.student, self.exercises = student, exercises
        self.chapters = {p.split("/")[0] for p in exercises.values()}
        self.found = {ident: [] for ident in exercises}
        rest = [e for e in student.entries if not self.place(e)]
        self.answers = {i: self.choose(found) for i, found in self.found.items()}
        self.tell(rest)
        if len(student.notes) > MOST_NOTES:
            student.notes[MOST_NOTES:] = [f"{len(student.notes) - MOST_NOTES} more"]
        links = [e for e in student.entries if e.kind == "a symbolic link"]
        others = [n for n in student.notes if not n.endswith(f"({EARLIER})")]
        if all(a.why == "missing" for a in self.answers.values()):
            others += student.texts
        for answer in self.answers.values():
            if answer.why == "missing" and links:
                answer.why = "a symbolic link"
            elif answer.why == "missing" and others:
                answer.why = f"not found; there is {others[0]}"
        student.notes += student.texts

    def place(self, entry):
        """Puts an entry to the exercise that it may be an answer to."""
        if entry.kind in DIRECTORIES or not entry.parts:
            return True
        chapters = self.chapters & {*entry.parts[:-1]}
        inside = entry.parts
        if chapters:
            inside = entry.parts[entry.parts.index(next(iter(chapters))):]
        name = plain_name(entry.parts[-1])[0]
        fits = [i for i, p in self.exercises.items() if plain_name(Path(p).name)[0] == name and
                (not chapters or p.split("/")[0] in chapters)]
        if len(fits) != 1 or NO_ANSWERS & {*entry.parts} or "solutions" in inside and chapters:
            return bool(chapters) or bool(NO_ANSWERS & {*entry.parts[:-1]})
        self.found[fits[0]].append(entry)
        return True

    def choose(self, entries):
        good, bad = {}, []
        if any(e.version for e in entries):
            newest = max(e.version for e in entries)
            self.note(*(e for e in entries if e.version < newest), why=EARLIER)
            entries = [e for e in entries if e.version == newest]
        for entry in entries:
            answer = look(entry)
            if answer.why:
                bad.append(answer)
            else:
                good.setdefault(answer.data, answer)
        if len(good) > 1:  # the copy that was handed out, beside the answer
            handed_out = self.handed_out(good)
            good = {d: a for d, a in good.items() if d not in handed_out} or good
        if len(good) > 1:
            names = ", ".join(a.file for a in good.values())
            return Answer(f"{len(good)} different files: {names}")
        if good:
            return next(iter(good.values()))
        return bad[0] if bad else Answer("missing")

    def handed_out(self, good):
        texts = set()
        for path in self.exercises.values():
            if Path(path).is_file():
                texts.add(Path(path).read_bytes())
        return texts & {*good}

    def note(self, *entries, why=""):
        for entry in entries:
            self.student.notes.append(f"{entry.path()} ({why})" if why else entry.path())

    def tell(self, rest):
        """What else there is, but for a copy of the workbook."""
        roots = {e.parts[:i] for e in self.student.entries for i, p in enumerate(e.parts)
                 if p in self.chapters}
        for entry in rest:
            if any(entry.parts[:len(r)] == r and r + ("scripts",) == entry.parts[:len(r) + 1] or
                   entry.parts[:-1] == r and entry.kind == "file" for r in roots):
                continue
            why = entry.kind if entry.kind != "file" else ""
            if not why and OTHER_ARCHIVE.search(entry.parts[-1]):
                why = "an archive that is neither zip nor tar.gz"
            self.note(entry, why=why)


def look(entry):
    """The answer that this is, or why it is none."""
    answer = Answer(file=entry.path(), time=entry.time)
    if entry.kind != "file":
        answer.why = entry.kind
        return answer
    try:
        answer.data = entry.read(LARGEST + 1)
    except Refused as why:
        answer.why = str(why)
    except (OSError, *BROKEN):
        answer.why = "it cannot be read"
    if answer.why:
        pass
    elif len(answer.data) > LARGEST:
        answer.why = f"larger than {LARGEST >> 10} KiB"
    elif not answer.data:
        answer.why = "empty"
    elif answer.data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        answer.why = "UTF-16: to be saved as UTF-8"
    elif b"\0" in answer.data:
        answer.why = "a binary, not C source"
    return answer
