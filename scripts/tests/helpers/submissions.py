"""submissions.py PATH [one]: prints what scripts/grading/submissions.py finds there: for each
student its key, its people, its answers by id, and what was not taken; tabs between them."""
import sys

sys.path.insert(0, "scripts/grading")
sys.dont_write_bytecode = True
from submissions import find  # noqa: E402

EXERCISES = {"01-1": "01-loop/exercises/1_greet.c", "02-1": "02-sockets/exercises/1_lines.c",
             "02-2": "02-sockets/exercises/2_echo.c"}

found = find(sys.argv[1], EXERCISES, one="one" in sys.argv)
for student in found.students.values():
    answers = student.answers(EXERCISES)
    people = "; ".join(" ".join(filter(None, p.values())) for p in student.people)
    print(student.key, people + (" LATE" if student.late else ""),
          *(f"{i} {a.why or a.file + '=' + a.data.decode('utf-8', 'replace').strip()}"
            for i, a in answers.items() if a.why != "missing"),
          *(f"not taken: {n}" for n in student.notes), sep="\t")
for stray in found.strays:
    print(f"beside: {stray}")
