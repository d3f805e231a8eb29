"""A page for each student, and a zip of them: build/grade/feedback/KEY.html, feedback.zip.
A page stands alone; all that a student wrote is escaped. In the zip they are named as
Moodle takes feedback files, where the student came from Moodle."""
import zipfile
from datetime import datetime
from html import escape

STYLE = """body { font: 16px/1.5 sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em }
pre { background: #f4f4f4; padding: .6em; overflow-x: auto; white-space: pre-wrap }
h2 { border-top: 1px solid #ccc; padding-top: 1em } .no { color: #a00 } .ok { color: #070 }
.small { color: #555; font-size: 85% }"""
MARKS = {"ok": ("ok", "✓", ""), "not ok": ("no", "✗", ""), "skipped": ("no", "–", " (skipped)"),
         "not run": ("no", "–", " (not run)")}


def taken(answer):
    """Which file it was, in a line."""
    evidence = answer.evidence
    if not evidence.get("sha256"):
        return ""
    words = [evidence["file"]]
    if evidence.get("time"):
        words.append(datetime.fromtimestamp(evidence["time"]).strftime("%Y-%m-%d %H:%M:%S"))
    words.append(f"sha256 {evidence['sha256'][:16]}…")
    words += [f"seed {answer.seed}"] if answer.seed else []
    words += [answer.late()] if answer.late() else []
    return ", ".join(words)


def section(answer):
    points = f"{answer.points} of {answer.of}" if answer.graded else "?"
    parts = [f"<h2>{escape(answer.title())} — {points}</h2>"]
    if taken(answer):
        parts.append(f'<p class="small">{escape(taken(answer))}</p>')
    if answer.why:
        parts.append(f"<p>{escape(answer.why)}</p>")
    if answer.was_run():
        for name, state, said in answer.checks:
            kind, mark, more = MARKS[state]
            parts.append(f'<p class="{kind}">{mark} {escape(name)}{more}</p>')
            parts += [f"<pre>{escape(said)}</pre>"] if said else []
    if answer.said:
        parts.append(f"<p>The compiler:</p>\n<pre>{escape(answer.said)}</pre>")
    return "\n".join(parts)


def page(student):
    points = f"{student.points} of {student.of}" if student.graded else "not all graded yet"
    title = f"{student.name}: {points}"
    notes = "".join(f"<li>{escape(n)}</li>" for n in student.notes)
    notes = f"<p>Handed in, and not looked at:</p><ul>{notes}</ul>" if notes else ""
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
            f"<title>{escape(title)}</title>\n<style>{STYLE}</style></head>\n<body>\n"
            f"<h1>{escape(title)}</h1>\n{notes}\n"
            + "\n".join(section(a) for a in student.answers) + "\n</body></html>\n")


def name_in_zip(student):
    """Where Moodle looks for it: in the folder that the student had in its export."""
    return f"{student.moodle}/feedback.html" if student.moodle else \
        f"{student.directory.name}.html"


def write(directory, students):
    pages = directory / "feedback"
    pages.mkdir(exist_ok=True)
    with zipfile.ZipFile(directory / "feedback.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for student in students:
            text = page(student)
            (pages / f"{student.directory.name}.html").write_text(text, "utf-8")
            name = name_in_zip(student).encode("utf-8", "replace").decode()
            archive.writestr(name, text)
