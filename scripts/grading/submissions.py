"""What students handed in, as platforms export it: who handed in, and which of the files
is the answer to which exercise. Nothing in it is trusted: no link is followed, no archive
is unpacked onto the disk, and only regular files of C source are taken, under the names
that this checkout has.

    for student in find("class", exercises).students.values():  # or an archive
        for ident, answer in student.answers(exercises).items():
            answer.why or answer.data

EXERCISES says for each id its path: {"02-1": "02-sockets/exercises/1_lines.c"}.
"""
import gzip
import hashlib
import io
import os
import re
import stat
import tarfile
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

LARGEST = 256 << 10  # bytes of an answer
INSIDE = 32 << 20  # bytes of an archive in an archive
UNPACKED = 64 << 20  # bytes that come out of one student's archive, and its entries
ENTRIES = 20_000
ALL = 2 << 30, 400_000  # the same of a whole class's
EARLIER = "an earlier version"
DEPTH = 3  # archives in archives
ARCHIVE = re.compile(r"\.(zip|tar|tar\.gz|tgz)$", re.I)
OTHER_ARCHIVE = re.compile(r"\.(rar|7z|xz|txz|bz2|tbz2?|zst|gz)$", re.I)
JUNK = re.compile(r"\._.*|__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*|.*\.(swp|o|said)$")
# Of a copy of the workbook: what is no answer, even if it has the name of one.
DIRECTORIES = ("directory", "archive", "clone")  # kinds of entries that have others below
NO_ANSWERS = {"build", "given", "wrong", "right", "hints"}
MOODLE = re.compile(r"(.+?)_(\d+)_assignsubmission_(\w+?)(?:_(.*))?$", re.S)
CANVAS = re.compile(r"(.+?)_(?:(LATE)_)?(\d+)_(?:(\d+)_(.+)|text\.html|link\.html)$", re.S)
CANVAS_ANONYMOUS = re.compile(r"(LATE_)?anon_(\w+?)_(?:(\d+)_(.+)|text\.html|link\.html)$", re.S)
METADATA = "submission_metadata.yml"


class Refused(Exception):
    """Why an archive is not unpacked, or the whole not looked at."""


@dataclass
class Entry:
    """A file, or what stands in place of one; read(n) returns its first n bytes."""
    parts: tuple
    kind: str  # file, directory, archive, clone (a .git), or why it is not taken
    time: float = 0
    read: object = None
    version: tuple = ()  # Canvas: a later one is newer

    def below(self, count, first=()):
        return Entry((*first, *self.parts[count:]), self.kind, self.time, self.read,
                     self.version)

    def path(self):
        return "/".join(self.parts)


@dataclass
class Answer:
    """Why there is none, or data, file (its path in the submission) and time."""
    why: str = ""
    data: bytes = b""
    file: str = ""
    time: float = 0

    def sha256(self):
        return hashlib.sha256(self.data).hexdigest() if self.data else ""


# ---- what is there ----------------------------------------------------------

class Budget:
    """How much may still be looked at, of all that is handed in; and which names are worth
    being kept in memory."""

    def __init__(self, names, size, files):
        self.names, self.bytes, self.files = names, size, files

    def of_student(self):
        return Budget(self.names, UNPACKED, ENTRIES)

    def wants(self, name):
        """How many bytes of a file in an archive are wanted."""
        if ARCHIVE.search(name) or name == METADATA:
            return INSIDE + 1
        return LARGEST + 1 if plain_name(name)[0] in self.names else 0

    def take(self, files=0, size=0):
        self.files -= files
        self.bytes -= size
        if self.files < 0 or self.bytes < 0:
            raise Refused("too much is in it")


class Bounded(io.RawIOBase):
    """A stream that ends with Refused when more than the budget has come out of it."""

    def __init__(self, stream, budget):
        super().__init__()
        self.stream, self.budget = stream, budget

    def read(self, size=-1):
        if not 0 <= size <= INSIDE:
            raise Refused("too much is in it")
        data = self.stream.read(size)
        self.budget.take(size=len(data))
        return data

    def readable(self):
        return True


def of_directory(root, budget, parts=()):
    """Entries below a directory; links are named, not followed."""
    try:
        with os.scandir(root) as items:
            items = sorted(items, key=lambda item: item.name)
    except OSError:
        yield Entry(parts, "it cannot be read")
        return
    for item in items:
        here = (*parts, item.name)
        if JUNK.fullmatch(item.name):
            continue
        budget.take(files=1)
        if item.is_symlink():
            yield Entry(here, "a symbolic link")
        elif item.name == ".git":
            yield Entry(here, "clone")
        elif item.is_dir():
            if not item.name.startswith("."):
                yield Entry(here, "directory")
                yield from of_directory(item.path, budget, here)
        elif item.is_file():
            yield of_file(Path(item.path), here)
        else:
            yield Entry(here, "not a file")


def of_file(path, parts):
    def read(size):
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            return file.read(size)
    return Entry(parts, "file", path.lstat().st_mtime, read)


def inner_parts(name):
    """A name in an archive, in parts; nothing if it leads outside or is not wanted."""
    parts = tuple(p for p in name.replace("\\", "/").split("/") if p not in ("", "."))
    if name.startswith(("/", "\\")) or ".." in parts or re.match("[A-Za-z]:", name):
        raise Refused("a path that leads outside")
    if not parts or any(JUNK.fullmatch(p) or p[0] == "." and p != ".git" for p in parts):
        return ()
    return parts


def of_zip(file, parts, budget):
    archive = zipfile.ZipFile(file)
    for info in archive.infolist():
        budget.take(files=1)
        try:
            inside = inner_parts(info.filename)
        except Refused as why:
            yield Entry((*parts, Path(info.filename).name), str(why))
            continue
        if not inside:
            continue
        here = (*parts, *inside)
        if ".git" in inside:
            yield Entry(here[:here.index(".git") + 1], "clone")
        elif info.is_dir():
            yield Entry(here, "directory")
        elif stat.S_ISLNK(info.external_attr >> 16):
            yield Entry(here, "a symbolic link")
        elif info.flag_bits & 1:
            yield Entry(here, "it has a password")
        else:
            def read(size, info=info):
                budget.take(size=min(size, info.file_size))
                with archive.open(info) as member:
                    return member.read(size)
            try:
                time = datetime(*info.date_time).timestamp()
            except (ValueError, OverflowError):
                time = 0
            yield Entry(here, "file", time, read)


def of_tar(file, parts, budget):
    """The answers are read at once: a tar is read from front to back."""
    with tarfile.open(fileobj=Bounded(file, budget), mode="r|") as archive:
        for info in archive:
            budget.take(files=1)
            try:
                inside = inner_parts(info.name)
            except Refused as why:
                yield Entry((*parts, Path(info.name).name), str(why))
                continue
            if not inside:
                continue
            here = (*parts, *inside)
            if ".git" in inside:
                yield Entry(here[:here.index(".git") + 1], "clone")
            elif info.isdir():
                yield Entry(here, "directory")
            elif not info.isreg():
                yield Entry(here, "a symbolic link" if info.issym() else "not a file")
            else:
                wanted = min(budget.wants(inside[-1]), info.size)
                data = archive.extractfile(info).read(wanted) if wanted else b""
                yield Entry(here, "file", info.mtime, lambda size, data=data: data[:size])


def unpacked(entries, budget, depth=0):
    """The entries, and in place of each archive what is in it, as if it were a directory
    of that name."""
    for entry in entries:
        name = entry.parts[-1] if entry.parts else ""
        if entry.kind != "file" or not ARCHIVE.search(name) or NO_ANSWERS & {*entry.parts}:
            yield entry
            continue
        try:
            data = entry.read(INSIDE + 1)
            if depth >= DEPTH or len(data) > INSIDE:
                raise Refused("too large, or too deep in other archives")
            yield from of_archive(io.BytesIO(data), entry.parts,
                                  budget if depth else budget.of_student(), depth + 1)
        except (Refused, OSError) as why:
            yield Entry(entry.parts, f"not unpacked: {why}")


def of_archive(file, parts, budget, depth=0):
    """One archive, its entries, and of those that are archives their entries."""
    broken = (zipfile.BadZipFile, tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError,
              ValueError, RuntimeError, NotImplementedError, OverflowError)
    name = parts[-1].lower()
    yield Entry(parts, "archive")
    try:
        if name.endswith(".zip"):
            inside = of_zip(file, parts, budget)
        else:
            if not name.endswith(".tar"):
                file = gzip.GzipFile(fileobj=file)
            inside = of_tar(file, parts, budget)
        yield from unpacked(list(inside), budget, depth)
    except broken as why:
        raise Refused(f"{why or 'it is cut off'}") from why


# ---- who --------------------------------------------------------------------

@dataclass
class Student:
    """One submission: of one student, or of a group. key names its directory of results."""
    key: str
    people: list  # {"name":, "id":, "email":}, as far as the platform says
    entries: list = field(default_factory=list)
    time: float = 0  # when it was handed in, if the platform says
    late: bool = False  # the platform says so
    moodle: bool = False
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
            MOODLE.match(name) or es[0].kind not in ("directory", "clone") and len(es[0].parts) == 1 and
            (CANVAS.match(name) or CANVAS_ANONYMOUS.match(name)) for name, es in tops.items())

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
        student = self.add(f"{name}_{ident}", [person(name, ident)], [], moodle=True)
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
    return datetime.fromisoformat(found[1] + zone).timestamp()


def find(path, exercises, one=False):
    """The students of a directory, or of an archive of one: a Class, with students by key.
    ONE: it is a single student's, whatever is in it. Raises OSError and Refused."""
    path = Path(path)
    budget = Budget({plain_name(Path(p).name)[0] for p in exercises.values()}, *ALL)
    name = path.resolve().name
    if path.is_dir():
        entries = list(unpacked(of_directory(path, budget), budget))
    else:
        file = open(path, "rb")  # it is read from later
        entries = [e.below(1) for e in of_archive(file, (path.name,), budget)]
        name = without_suffix(name)
    students = Class(exercises)
    if one:
        students.single(name, entries)
    else:
        students.sort([e for e in entries if e.parts], name)
    return students


# ---- which file -------------------------------------------------------------

def plain_name(name):
    """The name of a file without what browsers and platforms add to it, and what that was:
    "1_lines (1).c", "1_lines.c.txt", "Copy of 1_lines.c" and "1_lines-1.c" are 1_lines.c."""
    name = unicodedata.normalize("NFC", name)
    plain = re.sub(r"\.c(\.txt|\.c)$", ".c", name, flags=re.I)
    plain = re.sub(r"^(Copy of |Kopie von |Copie de )", "", plain, flags=re.I)
    plain = re.sub(r"(( ?\(\d+\))| - (copy|kopie|copie)( \(\d+\))?|-\d+)+\.c$", ".c", plain,
                   flags=re.I)
    return plain.casefold(), plain != name


class Search:
    """Looks for a student's answers; what is there and not taken goes to its notes."""

    def __init__(self, student, exercises):
        self.student, self.exercises = student, exercises
        self.chapters = {p.split("/")[0] for p in exercises.values()}
        self.found = {ident: [] for ident in exercises}
        rest = [e for e in student.entries if not self.place(e)]
        self.answers = {i: self.choose(found) for i, found in self.found.items()}
        self.tell(rest)
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
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
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
