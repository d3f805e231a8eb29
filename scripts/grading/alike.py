"""Answers that are alike, by sim_c of Debian's similarity-tester: which students to compare.
What all have, the lines of the exercise as it was handed out, is left out first."""
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

ALIKE = 80  # percent
SHORT = 60  # tokens: so few that right answers are alike anyway


def own_lines(text, handed_out):
    known = {"".join(line.split()) for line in handed_out.splitlines()}
    return "".join(line + "\n" for line in text.splitlines()
                   if "".join(line.split()) not in known)


def handed_out(ident):
    shipped = next(Path(".").glob(f"{ident[:2]}-*/exercises/{ident[3:]}_*.c"), None)
    return shipped.read_text("utf-8", "replace") if shipped else ""


def identical(students, idents):
    """(id, [student, …]) of those who handed in the same file, byte for byte, and notes it in
    their answers. A few words that are alike in a right answer are left out, as below."""
    found = []
    for place, ident in enumerate(idents):
        groups = {}
        for student in students:
            source = student.directory / f"{ident}.c"
            if source.exists():
                groups.setdefault(source.read_bytes(), []).append(student)
        for data, group in groups.items():
            if len(group) < 2 or len(re.findall(r"\w+|[^\w\s]", own_lines(
                    data.decode("utf-8", "replace"), handed_out(ident)))) < SHORT:
                continue
            for student in group:
                student.answers[place].peers = [s.name for s in group if s is not student]
            found.append((ident, group))
    return found


def pairs(run, ident):
    """(percent, student, student) of those whose answers to it are alike, the most alike
    first; not if they are identical."""
    if not available():
        return []
    found = {}
    with tempfile.TemporaryDirectory() as place:
        for number, student in enumerate(run.students):
            source = student.directory / f"{ident}.c"
            if source.exists():
                text = own_lines(source.read_text("utf-8", "replace"), handed_out(ident))
                Path(place, f"{number}.c").write_text(text, "utf-8")
        files = sorted(p.name for p in Path(place).iterdir())
        if len(files) < 2:
            return []
        said = subprocess.run(["sim_c", "-p", "-e", "-s", "-t", str(ALIKE), *files], cwd=place,
                              capture_output=True, text=True, timeout=600, check=False).stdout
    tokens = {f: int(n) for f, n in re.findall(r"^File (\S+): (\d+) tokens", said, re.M)}
    for one, percent, other in re.findall(
            r"^(\d+\.c) consists for (\d+) % of (\d+\.c) material", said, re.M):
        if min(tokens.get(one, SHORT), tokens.get(other, SHORT)) >= SHORT and one != other:
            key = tuple(sorted((one, other)))
            found[key] = max(int(percent), found.get(key, 0))
    same = [s for i, s in run.identical if i == ident]
    named = [(percent, run.students[int(a[:-2])], run.students[int(b[:-2])])
             for (a, b), percent in found.items()]
    return sorted((f for f in named if not any(f[1] in s and f[2] in s for s in same)),
                  key=lambda f: -f[0])


def available():
    return shutil.which("sim_c") is not None
