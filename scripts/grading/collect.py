"""collect.py SUBMISSION RESULTS [ID…]: called by scripts/grade before it grades. Takes the
answers out of what was handed in and puts them where the results go. Of a class that was
graded before, it keeps the marks whose answer and checks have not changed. Without an ID it
only prints the exercises in which that class was graded last, separated by commas.

RESULTS is build/grade. For a class NAME it makes RESULTS/classes/NAME, with
  run.json                    the class: its students and exercises; and what this run is
                              about: "alone", one student, and "asked", exercises
  students/KEY/student.json   who it is, and what was there and not taken
  students/KEY/ID.c           the answer; if there is none, or none to be graded, ID.mark says why
  students/KEY/ID.json        the evidence: which file, its time, its checksum, …
and links to it in RESULTS, for marks.csv and the like. Prints the directory, then each
student that has something to be graded; after each a NUL. A student's ID.mark, of
grade-exercise, is there if the answer needs no grading.

From the environment: DUE=2026-11-30T23:59, GRADE_ONE, GRADE_KIT, and what the results
depend on. Exit 2: the submission cannot be read, and why.
"""
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import unicodedata
from datetime import datetime
from pathlib import Path

sys.dont_write_bytecode = True
from results import load, point_links  # noqa: E402
from submissions import Refused, find, without_suffix  # noqa: E402


def die(*words):
    print("grade:", *words, file=sys.stderr)
    sys.exit(2)


def exercises():
    """Of this checkout, by id; number 0 is the example."""
    found = {}
    for bats in sorted(Path(".").glob("[0-9][0-9]-*/exercises/[1-9]*_*.bats")):
        found[f"{bats.parts[0][:2]}-{bats.name.split('_')[0]}"] = str(bats.with_suffix(".c"))
    return found


def due_date(text):
    """A moment; of a day alone, its end. Times without a zone are this machine's."""
    if not text:
        return 0
    try:
        due = datetime.fromisoformat(text)
    except ValueError:
        die(f"DUE={text}: a date is 2026-11-30 or 2026-11-30T23:59")
    if len(text) <= 10:
        due = due.replace(hour=23, minute=59, second=59)
    return due.timestamp()


def lateness(student, answer, due):
    """Empty if in time or not asked for; a clone's files are as old as the clone."""
    if student.late:
        return "late"
    if not due or not answer.data:
        return ""
    time = student.time or (0 if student.clone() else answer.time)
    if not time:
        return "unknown"
    hours, minutes = divmod(int(time - due) // 60, 60)
    if time <= due:
        return ""
    return f"late by {hours // 24} d {hours % 24} h" if hours >= 24 else \
        f"late by {hours} h {minutes} min"


class Checks:
    """What the mark of an answer depends on, besides the answer: a checksum for each
    exercise, of its checks, the modules and the scripts, but not of words in lessons."""

    def __init__(self, paths):
        self.paths, self.seen = paths, {}
        kit = Path(os.environ.get("GRADE_KIT", "")) / "commands"
        self.commands = kit.read_text().splitlines() if kit.is_file() else []
        self.common = self.sum(
            p for d in ("lib", "checking", "grading") for p in Path("scripts", d).rglob("*")
            if p.suffix not in (".py", ".pyc") or d == "checking")
        for name in ("EXERCISE_PATIENCE", "GRADE_SECONDS", "UNSAFE", "SEED"):
            self.common += f"{name}={os.environ.get(name, '')};"

    @staticmethod
    def sum(paths):
        digest = hashlib.sha256()
        for path in sorted(paths):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path}\0".encode() + path.read_bytes())
        return digest.hexdigest()

    def version(self, ident):
        path = Path(self.paths[ident])
        chapter = path.parts[0]
        if chapter not in self.seen:
            files = [p for c in Path(".").glob("[0-9][0-9]-*") if c.name <= chapter
                     for p in (c / "modules").rglob("*")]
            files += [*path.parent.glob("*.bats"), *(path.parent / "given").glob("*.[ch]")]
            self.seen[chapter] = self.sum(files)
        command = [c for c in self.commands if c.startswith(f"{path.with_suffix('')}|")]
        return hashlib.sha256("".join([self.common, self.seen[chapter], *command]).encode()) \
            .hexdigest()


def shipped(paths):
    """The exercises as students got them: make test has seen that none is solved."""
    found = {}
    for ident, path in paths.items():
        try:
            with tarfile.open(Path(path).parent / "given/shipped.tar.gz") as archive:
                found[ident] = archive.extractfile(Path(path).name).read()
        except (OSError, KeyError, tarfile.TarError):
            pass  # then it is graded as any other
    return found


def commit():
    """Of the workbook, with a "+" if files were changed after it; or nothing."""
    def git(*words):
        return subprocess.run(["git", "-c", f"safe.directory={os.getcwd()}", *words], text=True,
                              capture_output=True, check=True).stdout.strip()
    try:
        return git("rev-parse", "--short=12", "HEAD") + "+" * bool(
            git("status", "--porcelain", "--untracked-files=no", "."))
    except (OSError, subprocess.CalledProcessError):
        return ""


def save(path, value):
    """All of it or nothing, also if the run is broken off."""
    new = path.with_name(path.name + ".new")
    new.write_text(json.dumps(value, indent=1) + "\n", "utf-8")
    new.replace(path)


def class_directory(results, where):
    """RESULTS/classes/NAME for the directory WHERE; NAME-2, if another one of that name
    was graded before."""
    name = without_suffix(where.name).lstrip(".") or "class"
    number = 1
    while True:
        path = results / "classes" / (name if number == 1 else f"{name}-{number}")
        known = load(path / "run.json").get("where")
        if known in (None, os.fsdecode(where)):
            return path
        number += 1


def keep(old, new, mark, asked):
    """Whether the mark can stay; and if not, why the answer is graded again."""
    if not mark.endswith("\n") or mark.count("\t") < 4 or not old:
        return False, ""
    if old.get("sha256") != new["sha256"] or old.get("why") != new["why"]:
        return False, "again: another answer"
    if old.get("checks") != new["checks"]:
        return False, "again: other checks"
    return not asked, "again: asked for"


class Collection:
    def __init__(self, submission, results, idents):
        self.paths, self.idents = exercises(), idents
        self.results = results
        self.found, self.where = self.look(submission)
        if not self.found.students:
            die(f"in {submission} there are neither exercises nor students")
        self.directory = class_directory(results, self.where)
        self.before = load(self.directory / "run.json")
        self.whole = self.before.get("whole") or not self.found.one
        self.due_text = os.environ.get("DUE") or self.before.get("due", "")
        self.due = due_date(self.due_text)
        self.checks = Checks(self.paths)
        self.shipped = shipped(self.paths)
        self.commit = commit()

    def look(self, text):
        """What is found in SUBMISSION, a student's or a class's, or "class.zip/student"; and
        the class's directory or archive."""
        path = Path(text)
        try:
            if not path.exists() and path.parent.exists() and path.parent != Path("."):
                return self.one_of(path.parent, path.name), path.parent.resolve()
            real = path.resolve(strict=True)
            graded = class_directory(self.results, real.parent) / "students" / real.name
            found = find(path, self.paths, bool(os.environ.get("GRADE_ONE")) or graded.exists())
        except (OSError, Refused) as why:
            die(f"{text}: {getattr(why, 'strerror', None) or why}")
        return found, real.parent if found.one else real

    def one_of(self, path, name):
        def plain(text):
            return unicodedata.normalize("NFC", text).casefold()
        found = find(path, self.paths)
        found.students = {k: s for k, s in found.students.items()
                          if plain(name) in (plain(k), plain(s.name))}
        if not found.students:
            die(f"in {path} there is no student {name}")
        found.one = True
        return found

    def student(self, student):
        """Puts its answers into its directory. Returns that, and whether there is something
        to be graded."""
        directory = self.directory / "students" / student.key
        directory.mkdir(parents=True, exist_ok=True)
        answers = student.answers(self.paths)
        to_do = False
        for ident in self.idents:
            answer = answers[ident]
            if answer.data and answer.data == self.shipped.get(ident):
                answer.why = "as it was handed out"
            old = load(directory / f"{ident}.json")
            same = [Path(self.paths[i]).name for i, a in answers.items()
                    if i != ident and a.data and a.data == answer.data]
            new = {"file": answer.file, "time": answer.time, "sha256": answer.sha256(),
                   "same": same[0] if same else "", "why": answer.why, "checks": self.checks.version(ident),
                   "late": lateness(student, answer, self.due), "workbook": self.commit,
                   "untouched": self.is_untouched(ident, answer)}
            mark = directory / f"{ident}.mark"
            kept, why = keep(old, new, mark.read_text() if mark.exists() else "", self.found.one)
            if kept:
                new |= {"workbook": old["workbook"], "graded": old.get("graded", "")}
            else:
                new["graded"] = why
                mark.unlink(missing_ok=True)
            if answer.why:
                self.put_mark(directory, ident, answer.why)
            else:
                (directory / f"{ident}.c").write_bytes(answer.data)
                to_do |= not kept
            save(directory / f"{ident}.json", new)
        save(directory / "student.json", {
            "name": student.name, "people": student.people,
            "notes": student.notes + self.not_asked(answers),
            "moodle": student.moodle})
        if to_do:
            (directory / "time").unlink(missing_ok=True)
        return directory, to_do

    def not_asked(self, answers):
        """Files that answer other exercises than the class's; not of a copy of the workbook."""
        of_class = {*self.idents, *(self.before.get("exercises", []) if self.found.one else [])}
        return [f"{a.file} ({ident} is not graded)" for ident, a in answers.items()
                if a.data and ident not in of_class and
                Path(self.paths[ident]).parts[0] not in Path(a.file).parts]

    def is_untouched(self, ident, answer):
        path = Path(self.paths[ident])
        return path.is_file() and path.read_bytes() == answer.data

    def put_mark(self, directory, ident, why):
        """Of an answer that nothing is to be compiled or run of."""
        for suffix in ("c", "tap", "said", "look", "seed", "seconds"):
            (directory / f"{ident}.{suffix}").unlink(missing_ok=True)
        bats = Path(self.paths[ident]).with_suffix(".bats").read_text("utf-8")
        checks = len(re.findall("^@test", bats, re.M))
        why = " ".join(why.split())
        (directory / f"{ident}.mark").write_text(f"{ident}\t0\t0\t{checks}\t{why}\n", "utf-8",
                                                 "backslashreplace")

    def collect(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        self.results.chmod(0o700)  # what students wrote, and their marks
        students = [self.student(s) for s in self.found.students.values()]
        keys = [d.name for d, _ in students]
        about = {"where": os.fsdecode(self.where), "exercises": self.idents, "students": keys,
                 "beside": self.found.strays, "points": os.environ.get("POINTS", "")}
        if self.found.one and self.whole:  # the reports are still about the whole class
            about |= {k: self.before[k] for k in ("exercises", "beside")}
            about["students"] = sorted({*self.before["students"], *keys})
            about["points"] = about["points"] or self.before.get("points", "")
        about |= {"whole": self.whole, "alone": keys if self.found.one else [],
                  "asked": self.idents, "due": self.due_text}
        save(self.directory / "run.json", about)
        point_links(self.directory)
        return [self.directory, *(d for d, to_do in students if to_do)]

    def last(self):
        """The exercises in which the whole class was graded last."""
        return [i for i in self.before.get("exercises", [])
                if self.before.get("whole") and i in self.paths]


def main():
    collection = Collection(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
    if not sys.argv[3:]:
        print(",".join(collection.last()))
        return
    for path in collection.collect():
        sys.stdout.buffer.write(os.fsencode(path) + b"\0")


if __name__ == "__main__":
    main()
