"""grade_report.py FORMAT DIRECTORY: what make grade found, for people and machines. FORMAT
is text (a table), one (one student, at length), junit or gradescope. With text and one,
the files of build/grade come up to date: marks.csv and the like. DIRECTORY is that of the
class; results.py reads what is in it.

From the environment: CLASS, a class list (roster.py), kept for later runs; POINTS=checks, a
point for each check; VISIBILITY, Gradescope's word for when students see the results.
"""
import csv
import json
import os
import re
import shutil
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

from junitparser import Failure, JUnitXml, TestCase, TestSuite

sys.dont_write_bytecode = True
import alike  # noqa: E402
import feedback  # noqa: E402
from results import Run, load, one_line, padded, point_links, width  # noqa: E402
from roster import Roster, Unreadable  # noqa: E402


def table(run):
    chapters = sorted({i[:2] for i in run.idents})
    columns = max([7] + [width(s.name) for s in run.students])
    print(f"\n{padded('student', columns)}  " + "".join(f"{c:>5}" for c in chapters) +
          "    total")
    for s in run.students:
        line = f"{padded(s.name, columns)}  "
        for chapter in chapters:
            part = [a for a in s.answers if a.ident[:2] == chapter]
            done = f"{sum(a.points for a in part)}/{sum(a.of for a in part)}"
            if not all(a.graded for a in part):
                done = "?"
            line += f"{'–' if all(a.missing for a in part) else done:>5}"
        words = "; ".join(w for w in (s.late(), *reasons(s)) if w)
        print(f"{line}  {f'{s.points}/{s.of}' if s.graded else '?':>7}  {words}".rstrip())


def reasons(student):
    """Why not all is solved: of one or two exercises; of more the first, and which others."""
    why = [a for a in student.answers if a.why and not a.missing]
    why += [a for a in student.answers if a.missing]
    if len(why) > 2:
        return [f"{why[0].ident} {why[0].why}", f"also {', '.join(a.ident for a in why[1:])}"]
    return [f"{a.ident} {a.why}" for a in why]


def one(run):
    names = {s.directory: s.name for s in run.students}
    for student in run.alone:
        print(f"{names[student.directory]}\n")
        for a in student.answers:
            print(f"{a.title():32} {f'{a.points}/{a.of}' if a.graded else '?'}\n")
            if a.hides:
                print(f"  look at this, which can hide faults from the checks: {a.hides}\n")
            print("".join(f"  {line}\n" for line in a.text().splitlines()))
            if feedback.taken(a):
                print(f"  ({one_line(feedback.taken(a))})\n")
        for note in student.notes:
            print(f"not taken: {note}")
        print(f"{student.points} of {student.of}" +
              ("" if student.graded else ", not all could be graded"))


def failing(run):
    """(how many, of how many, what, id): checks that do not hold, the most failed first.
    Of those who handed something in."""
    failed, handed_in = Counter(), Counter()
    for student in run.students:
        for a in student.answers:
            if a.missing or not a.graded:
                continue
            handed_in[a.ident] += 1
            bad = {name for name, state, _ in a.checks if state in ("not ok", "skipped")}
            if not bad and a.why:
                bad = {a.why}
            failed.update((a.ident, name) for name in bad)
    return [(count, handed_in[ident], name, ident)
            for (ident, name), count in sorted(failed.items(), key=lambda f: (-f[1], f[0]))]


def some(names, most=10):
    """The first names of a list, and how many there are besides."""
    return ", ".join(names[:most]) + (
        f" and {len(names) - most} more" if len(names) > most else "")


def attention(run):
    """What a person has to judge: a line for each reason, then for each student with files
    that were not taken."""
    found = {}
    for s in run.students:
        for a in s.answers:
            if a.attention():
                found.setdefault((a.ident, a.attention()), []).append(s.name)
    lines = [f"{ident} {why}: {some(names)}" for (ident, why), names in sorted(found.items())]
    lines += [f"{ident} the same file: {some([s.name for s in group])}"
              for ident, group in run.identical]
    return lines + [f"not taken, of {s.name}: {some(s.notes, 3)}"
                    for s in run.students if s.notes]


def unsent(run):
    """A warning if half of the exercises or more are in no submission: they were not set."""
    sent = [i for i, answers in zip(run.idents, zip(*(s.answers for s in run.students)))
            if not all(a.missing for a in answers)]
    if not sent or len(sent) * 2 > len(run.idents):
        return []
    others = [i for i in run.idents if i not in sent]
    return [f"in no submission, but counted: {', '.join(others)}; without: EXERCISE={','.join(sent)}"]


def below(run, roster):
    """What a teacher wants to know of a class besides the table."""
    lines = unsent(run)
    if run.about.get("beside"):
        lines.append(f"beside the students, and not taken: "
                     f"{', '.join(map(one_line, run.about['beside'][:5]))}")
    look = attention(run)
    lines += ["look at this:", *look] if look else []
    look = [f"{s.name}  {a.ident} {a.hides}" for s in run.students for a in s.answers if a.hides]
    if look:
        lines += ["look at this, which can hide faults from the checks (TEACHERS.md):", *look]
    if roster:
        absent = [one_line(p.name) for p in roster.absent()]
        lines.append(f"sent nothing, {len(absent)} of {len(roster.people)}: "
                     f"{', '.join(absent) or 'nobody'}")
        strange = [s.name for s in run.students if not all(s.listed)]
        lines += [f"not in the class list: {', '.join(strange)}"] if strange else []
    summary = failing(run)
    if len(run.students) > 1:
        lines += [f"{count} of {of} fail in {ident}: {name}"
                  for count, of, name, ident in summary[:5] if count > 1]
        lines += run.similar
    if lines:
        print()
    print("".join(f"{line}\n" for line in lines), end="")


def similar(run):
    """Writes alike.csv; returns what is printed of it."""
    if len(run.students) < 2:
        return []
    rows = [[ident, 100, safe(group[0].name), safe(other.name)]
            for ident, group in run.identical for other in group[1:]]
    found = [(ident, *pair) for ident in run.idents for pair in alike.pairs(run, ident)]
    write_csv(run.directory / "alike.csv", [["exercise", "percent", "student", "student"], *rows] + [
        [ident, percent, safe(a.name), safe(b.name)] for ident, percent, a, b in found])
    if not alike.available():
        return ["only identical files were looked for: similarity-tester is not installed"]
    lines = [f"alike in {ident}, {percent} %: {a.name} and {b.name}"
             for ident, percent, a, b in found]
    return lines[:10] + ([f"and {len(lines) - 10} more: alike.csv"] if len(lines) > 10 else [])


def safe(cell):
    """A name that a spreadsheet does not take for a formula."""
    return "'" + cell if isinstance(cell, str) and cell[:1] in tuple("=+-@") else cell


def write_csv(path, rows, delimiter=",", encoding="utf-8-sig"):
    """Excel reads UTF-8 only with a mark at the beginning. All of the file or nothing."""
    new = path.with_name(path.name + ".new")
    with open(new, "w", encoding=encoding, errors="replace", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    new.replace(path)


def evidence(a):
    about = a.evidence
    time = datetime.fromtimestamp(about["time"]).isoformat(" ", "seconds") \
        if about.get("time") else ""
    return [safe(one_line(about.get("file", ""))), time, a.late(), about.get("sha256", ""),
            about.get("workbook", ""), a.seed, a.seconds, about.get("graded", "")]


def tables_as_csv(run, roster):
    """All that the class ever had, not only what this run was about."""
    students, idents = run.everyone()
    if roster:
        roster.match(students)
    alike.identical(students, idents)
    marks = [["student", *idents, "total", "of", "late", "note", "seconds"]]
    checks = [["student", "exercise", "points", "passed", "checks", "why", "look at this",
               "file", "time", "late", "sha256", "workbook", "seed", "seconds", "graded"]]
    for s in students:
        cells = [a.points if a.graded else "" for a in s.answers]
        marks.append([safe(s.name), *cells, s.points if s.graded else "", s.of, s.late(), s.again(), s.seconds])
        checks += [[safe(s.name), a.ident, a.points, a.passed, a.count, safe(a.why),
                    safe(a.look()), *evidence(a)]
                   for a in s.answers if a.graded]
    if roster:
        marks += [[safe(one_line(p.name)), *("" for _ in idents), "", "", "", "sent nothing", 0]
                  for p in roster.absent()]
    write_csv(run.directory / "marks.csv", marks)
    write_csv(run.directory / "checks.csv", checks)


def for_platforms(run, roster):
    chapters = ", ".join(sorted({i[:2] for i in run.idents}))
    moodle = roster.moodle()
    for name in ("moodle.csv", "canvas.csv"):
        (run.directory / name).unlink(missing_ok=True)
    if moodle:
        write_csv(run.directory / "moodle.csv", moodle, roster.delimiter)
    canvas = roster.canvas(f"Event loop {chapters}", max((s.of for s in run.students), default=0))
    if canvas and not moodle:
        write_csv(run.directory / "canvas.csv", canvas, encoding="utf-8")


def class_list(run):
    """The list that was said, or the one that was said before for this class."""
    kept = run.directory / "list.csv"
    said = os.environ.get("CLASS")
    if not said and not kept.exists():
        return None
    try:
        roster = Roster(Path(said or kept))
        if said:
            shutil.copyfile(said, kept)
            print(f"class list: {roster.told()}", file=sys.stderr)
    except (OSError, Unreadable, csv.Error) as why:
        print(f"grade: CLASS={said or kept}: {why}", file=sys.stderr)
        sys.exit(2)
    return roster


def files(run, roster):
    """Everything that a run leaves besides what it prints."""
    tables_as_csv(run, roster)
    summary = "".join(f"{count} of {of} fail in {ident}: {name}\n"
                      for count, of, name, ident in failing(run))
    (run.directory / "summary.txt").write_text(summary, "utf-8")
    if roster:
        roster.match(run.students)
    feedback.write(run.directory, run.students)
    run.identical = alike.identical(run.students, run.idents)
    run.similar = similar(run)
    if roster and run.about["whole"]:
        for_platforms(run, roster)
    if (run.directory / "junit.xml").exists():
        junit(run.directory, run.students)


def junit(directory, students):
    report = JUnitXml()
    for s in students:
        suite = TestSuite(s.name)
        suite.add_property("points", str(s.points))
        suite.add_property("of", str(s.of))
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
    visibility = os.environ.get("VISIBILITY") or "visible"
    for s in students:
        if not s.graded:
            (s.directory / "results.json").unlink(missing_ok=True)
            continue
        tests = [{
            "name": a.title(), "name_format": "text",
            "number": f"{int(a.ident[:2])}.{a.ident[3:]}",
            "score": a.points, "max_score": a.of,
            "status": "passed" if a.points == a.of else "failed",
            "output": a.text(), "output_format": "text",
            "visibility": visibility,
        } for a in s.answers]
        output = f"{s.points} of {s.of} solved" if os.environ.get("POINTS") != "checks" else \
            f"{s.points} of {s.of} checks hold"
        output += "".join(f"\nnot taken: {n}" for n in s.notes)
        results = {"execution_time": round(s.seconds), "stdout_visibility": "hidden",
                   "output": output, "output_format": "text", "tests": tests}
        if visibility != "visible":  # else the output says it all at once
            results["visibility"] = visibility
        (s.directory / "results.json").write_text(
            json.dumps(results, indent=2, ensure_ascii=False) + "\n", "utf-8")


def to_upload(run):
    """The last lines: which files to take where, of those that were made."""
    results = Path(os.path.relpath(run.directory.parent.parent))

    def there(*names):
        return ", ".join(str(results / n) for n in names if (results / n).exists())
    if not run.about["whole"]:
        page = f"{run.alone[0].directory.name}.html"
        print(f"\nfor the student: {results / 'feedback' / page}")
    elif any(s.moodle for s in run.students):
        print(f"\nfor Moodle: {there('moodle.csv', 'feedback.zip')}")
        if not there("moodle.csv"):
            print("for marks in Moodle, give its grading worksheet: CLASS=worksheet.csv")
    elif there("canvas.csv"):
        print(f"\nfor Canvas: {there('canvas.csv')}")
    else:
        print(f"\nmarks and pages for students: {there('marks.csv', 'feedback.zip')}")
    if run.about["whole"]:
        print(f"for complaints: {there('checks.csv', 'feedback')}")


def main():
    form, directory = sys.argv[1], Path(sys.argv[2])
    if not os.environ.get("POINTS"):  # one student again is marked as the class was
        os.environ["POINTS"] = load(directory / "run.json").get("points", "")
    run = Run(directory)
    if form == "junit":
        junit(run.directory, run.students)
    elif form == "gradescope":
        gradescope(run.students)
    else:
        roster = class_list(run)
        files(run, roster)
        if form == "one":
            one(run)
        else:
            table(run)
            below(run, roster)
    point_links(run.directory)
    if form in ("text", "one"):
        to_upload(run)


main()
