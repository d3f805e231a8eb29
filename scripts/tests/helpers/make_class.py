"""make_class.py DIRECTORY: makes a class of 200 from the workbook, each with one answer to
one of five exercises, and prints what is due to each: student, exercise, points. 100 are
right (solutions and exercises/right/), 50 wrong (exercises/wrong/), 50 odd or hostile.
Called from the workbook's root; the same class each time.
"""
import itertools
import shutil
import subprocess
import sys
from pathlib import Path

# Those that take little time, one of each chapter.
EXERCISES = ("01-3", "02-4", "03-2", "04-1", "05-3")
ODD_NAMES = ("Zoë Müller", "王小明", "a  b", "=1+1", "-n", "it's $HOME", "{}", "new\nline")
LAYOUTS = ("{chapter}/exercises/{file}", "{file}", "homework/{chapter}/exercises/{file}")

top = Path(sys.argv[1])
exercises = {}
for name in EXERCISES:
    (bats,) = Path(".").glob(f"{name[:2]}-*/exercises/{name[3:]}_*.bats")
    exercises[name] = bats.with_suffix("")


def solution(path):
    return path.parent.parent / "solutions" / f"{path.name}.c"


def patched(path, patch):
    return subprocess.run(["patch", "--silent", "--output=-", solution(path), patch],
                          check=True, stdout=subprocess.PIPE).stdout


def hand_in(student, ident, points, data, layout=LAYOUTS[0]):
    """Writes data, or nothing, and prints what is due."""
    path = exercises[ident]
    file = top / student / layout.format(chapter=path.parts[0], file=f"{path.name}.c")
    file.parent.mkdir(parents=True, exist_ok=True)
    if data is not None:
        file.write_bytes(data)
    print(student.replace("\n", "?"), ident, points, sep="\t")
    return file


def turns(kind):
    """The kept answers of a kind, of each exercise in turn, for ever."""
    kept = [[(ident, patched(path, p)) for p in
             sorted((path.parent / kind).glob(f"{path.name}-*.patch"))]
            for ident, path in exercises.items()]
    if kind == "right":
        for (ident, path), answers in zip(exercises.items(), kept):
            answers.insert(0, (ident, solution(path).read_bytes()))
    each = [itertools.cycle(answers) for answers in kept]
    return (next(answers) for answers in itertools.cycle(each))


def odd(number, ident, path):
    """One of the 50 that are neither right nor simply wrong."""
    right, shipped = solution(path).read_bytes(), path.with_suffix(".c").read_bytes()
    hostile = sorted(Path("scripts/tests/hostile").glob("*.c"))
    kind, student = number % 10, f"odd-{number:02}"
    if number < len(ODD_NAMES):
        hand_in(ODD_NAMES[number], ident, 1, right, LAYOUTS[number % 3])
    elif kind in (0, 1):
        hand_in(f"{student}-unsolved", ident, 0, shipped)
    elif kind == 2:
        hand_in(f"{student}-nothing", ident, 0, None)
    elif kind == 3:
        hand_in(f"{student}-no-compile", ident, 0, right + b"}\n")
    elif kind == 4:
        hand_in(f"{student}-binary", ident, 0, Path("/usr/bin/true").read_bytes())
    elif kind == 5:
        hand_in(f"{student}-link", ident, 0, None).symlink_to(solution(path).resolve())
    elif kind == 6:
        hand_in(f"{student}-two", ident, 0, right)
        shutil.copyfile(hostile[0], top / f"{student}-two/{path.name}.c")
    else:
        attack = hostile[number % len(hostile)]
        defines = f'#define CHECKOUT "{Path.cwd()}"\n#define CLASS "{top}"\n'.encode()
        hand_in(f"{student}-{attack.stem}", ident, 0, defines + attack.read_bytes())


right, wrong = turns("right"), turns("wrong")
for i in range(100):
    exercise, answer = next(right)
    hand_in(f"right-{i:03}", exercise, 1, answer, LAYOUTS[i % 3])
for i in range(50):
    exercise, answer = next(wrong)
    hand_in(f"wrong-{i:03}", exercise, 0, answer, LAYOUTS[i % 3])
for i, (exercise, base) in zip(range(50), itertools.cycle(exercises.items())):
    odd(i, exercise, base)
