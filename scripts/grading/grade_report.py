"""grade_report.py FORMAT DIRECTORY IDS: what make grade found, for people and
machines. FORMAT is text (a table, and marks.csv and checks.csv beside it), one
(one student, at length), junit or gradescope. DIRECTORY is build/grade: in
students/NAME/ there are ID.mark, ID.tap and ID.said for each exercise's ID.
"""
import csv
import json
import re
import sys
import unicodedata
from pathlib import Path

from junitparser import Failure, JUnitXml, TestCase, TestSuite


def clean(text):
    """As it may be shown: nothing that a terminal or a reader of XML obeys, and no end
    of a line but "\\n": str.splitlines knows ten."""
    bad = ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in bad else "?" for c in text)


def read(path):
    return clean(path.read_text("utf-8", "replace")) if path.exists() else ""


class Answer:
    """One student's answer to one exercise: points, and its checks."""

    def __init__(self, directory, ident):
        mark = read(directory / f"{ident}.mark").rstrip("\n").split("\t")
        if len(mark) != 5:  # the grading itself was cut off
            mark = [ident, "0", "0", "0", "it was not graded"]
        self.ident = ident
        self.points, self.passed, self.count = map(int, mark[1:4])
        self.why = mark[4]
        self.missing = self.why == "missing"
        self.said = read(directory / f"{ident}.said")
        self.look = read(directory / f"{ident}.look").strip()
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

    def title(self):
        return f"{self.ident} {self.name}"

    def text(self):
        """The checks, one to a line, and what they or the compiler said."""
        lines = [self.why] if self.why else []
        if not any(state != "not run" for _, state, _ in self.checks):
            return "\n".join(lines + self.said.splitlines())
        marks = {"ok": "✓", "not ok": "✗", "skipped": "– skipped:", "not run": "– not run:"}
        for name, state, said in self.checks:
            lines += [f"{marks[state]} {name}"] + ["    " + s for s in said.splitlines()]
        return "\n".join(lines)


class Student:
    def __init__(self, directory, idents):
        self.directory = directory
        self.name = clean(directory.name).replace("\n", "?").replace("\t", "?")
        self.seconds = int(read(directory / "time").strip() or 0) / 100
        self.answers = [Answer(directory, i) for i in idents]
        self.points = sum(a.points for a in self.answers)


def table(students, idents):
    chapters = sorted({i[:2] for i in idents})
    width = max([7] + [len(s.name) for s in students])
    print(f"\n{'student':{width}}  " + "".join(f"{c:>5}" for c in chapters) + "    total")
    for s in students:
        line = f"{s.name:{width}}  "
        for chapter in chapters:
            part = [a for a in s.answers if a.ident[:2] == chapter]
            done = f"{sum(a.points for a in part)}/{len(part)}"
            line += f"{'–' if all(a.missing for a in part) else done:>5}"
        why = [f"{a.ident} {a.why}" for a in s.answers if a.why and not a.missing]
        why = why or [f"{a.ident} missing" for a in s.answers if a.missing]
        more = f"; and {len(why) - 1} more" if len(why) > 1 else ""
        print(f"{line}  {f'{s.points}/{len(idents)}':>7}  {why[0] + more if why else ''}".rstrip())
    look = [f"{s.name}  {a.ident} {a.look}" for s in students for a in s.answers if a.look]
    if look:
        print("\nlook at this, which can hide faults from the checks (TEACHERS.md):")
        print("\n".join(look))


def one(student):
    print(f"{student.name}\n")
    for a in student.answers:
        print(f"{a.title():32} {a.points}/1\n")
        if a.look:
            print(f"  look at this, which can hide faults from the checks: {a.look}\n")
        print("".join(f"  {line}\n" for line in a.text().splitlines()))
    print(f"{student.points} of {len(student.answers)}")


def safe(cell):
    """A name that a spreadsheet does not take for a formula."""
    return "'" + cell if cell[:1] in tuple("=+-@") else cell


def tables_as_csv(directory, students, idents):
    with open(directory / "marks.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["student", *idents, "total", "of", "seconds"])
        for s in students:
            out.writerow([safe(s.name), *(a.points for a in s.answers), s.points, len(idents),
                          s.seconds])
    with open(directory / "checks.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["student", "exercise", "points", "passed", "checks", "why",
                      "look at this"])
        for s in students:
            for a in s.answers:
                out.writerow([safe(s.name), a.ident, a.points, a.passed, a.count, a.why,
                              a.look])


def junit(directory, students):
    report = JUnitXml()
    for s in students:
        suite = TestSuite(s.name)
        suite.add_property("points", str(s.points))
        suite.add_property("of", str(len(s.answers)))
        cases = []
        for a in s.answers:
            for name, state, said in a.checks:
                case = TestCase(name, a.title())
                if state != "ok":  # a skipped one counts as failed, and says so
                    came = re.search("^came +(.*)", said, re.M)
                    words = came[1] if came else a.why
                    if state in ("skipped", "not run"):
                        words = f"{state}, scores 0: {a.why}"
                    failure = Failure(words, state)
                    failure.text = said or (a.text() if state == "not run" else "")
                    case.result = [failure]
                cases.append(case)
        suite.add_testcases(cases)
        suite.time = s.seconds
        report.append(suite)  # add_testsuite joins two students of one name
    report.write(str(directory / "junit.xml"))


def gradescope(students):
    for s in students:
        tests = [{
            "name": a.title(), "name_format": "text",
            "number": f"{int(a.ident[:2])}.{a.ident[3:]}",
            "score": a.points, "max_score": 1,
            "status": "passed" if a.points else "failed",
            "output": a.text(), "output_format": "text", "visibility": "visible",
        } for a in s.answers]
        results = {"execution_time": round(s.seconds), "stdout_visibility": "hidden",
                   "output": f"{s.points} of {len(tests)} solved", "output_format": "text",
                   "tests": tests}
        (s.directory / "results.json").write_text(
            json.dumps(results, indent=2, ensure_ascii=False) + "\n", "utf-8")


def main():
    form, directory, idents = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    students = [Student(d, idents) for d in sorted((directory / "students").iterdir())]
    if form == "text":
        tables_as_csv(directory, students, idents)
        table(students, idents)
    elif form == "one":
        tables_as_csv(directory, students, idents)
        one(students[0])
    elif form == "junit":
        junit(directory, students)
    elif form == "gradescope":
        gradescope(students)


main()
