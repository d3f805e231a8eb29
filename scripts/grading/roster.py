"""A class list, CLASS=list.csv: who there is, and the marks in the form that the platform
takes which the list came from.

    roster = Roster(Path("list.csv"))
    roster.match(students)      gives them the names that the list has
    roster.absent()             who sent nothing
    roster.moodle(students), roster.canvas(students, title)
                                rows for a CSV file; nothing if the list is not theirs

Moodle's grading worksheet and Canvas' exported gradebook are class lists, too; what they
get back is their own file with the marks filled in. The columns are found by their names.
"""
import csv
import io
import re
import unicodedata

COLUMNS = {
    "name": ("full name", "fullname", "name", "student", "student name", "display name",
             "vollständiger name", "nom complet", "nombre completo", "nombre", "nome"),
    "first": ("first name", "firstname", "given name", "first", "vorname", "prénom"),
    "last": ("last name", "lastname", "surname", "family name", "last", "nachname", "nom"),
    "email": ("email address", "email", "e-mail", "mail", "e-mail-adresse", "e-mail address",
              "adresse de courriel", "adresse e-mail"),
    "id": ("identifier", "id", "id number", "student id", "student number", "sid", "user id",
           "username", "user name", "login", "sis user id", "sis login id", "github_username",
           "github username", "github", "net id", "netid", "matriculation number",
           "matrikelnummer", "idnumber", "key", "kennung", "roster_identifier", "org defined id"),
}
NOBODY = re.compile(r"\s*points possible|student, test|test student", re.I)  # in a gradebook


class Unreadable(Exception):
    """What is wrong with the list."""


def decoded(data):
    for encoding in ("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig",
                     "cp1252", "latin-1"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            pass
    return ""


def letters(text):
    """A name without accents, case, spaces and punctuation."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum())


class Person:
    def __init__(self, row, where):
        def cells(kind):
            return [row[i].strip() for i in where[kind] if i < len(row) and row[i].strip()]
        self.row = row
        self.ids = {i.casefold() for i in cells("id")}
        # "Participant 12345": the number is in the names of what Moodle exports.
        self.ids |= {n[1] for i in self.ids if (n := re.fullmatch(r"\D+ (\d+)", i))}
        self.emails = {e.casefold() for e in cells("email")}
        first, last = " ".join(cells("first")), " ".join(cells("last"))
        self.name = next(iter(cells("name")), f"{first} {last}".strip())
        parts = [p.strip() for p in self.name.split(",")]
        if len(parts) == 2 and not first:  # "Lovelace, Ada"
            last, first = parts
            self.name = f"{first} {last}"
        self.name = self.name or next(iter(cells("email") + cells("id")), "")
        self.names = {letters(self.name), letters(f"{last}{first}"), letters(f"{first}{last}")}
        self.names.discard("")
        self.words = {letters(w) for w in self.name.split()} | {
            e.split("@")[0] for e in self.emails}
        self.student = None


class Roster:
    def __init__(self, path):
        text = decoded(path.read_bytes())
        first = text.split("\n", 1)[0]
        self.delimiter = max(",;\t", key=first.count)
        rows = list(csv.reader(io.StringIO(text), delimiter=self.delimiter))
        self.header = [h.strip() for h in rows[0]] if rows else []
        plain = [h.casefold() for h in self.header]
        self.where = {kind: [i for i, h in enumerate(plain) if h in names]
                      for kind, names in COLUMNS.items()}
        if not any(self.where[k] for k in ("name", "last", "id", "email")):
            raise Unreadable(f"no column for a name, an id or an email: it has "
                             f"{', '.join(h or '?' for h in self.header) or 'nothing'}")
        blank = [""] * len(self.header)
        self.rows = [(row + blank)[:len(blank)] for row in rows[1:] if any(row)]
        self.people = []
        for row in self.rows:
            person = Person(row, self.where)
            if person.name and not NOBODY.match(row[0]) and not NOBODY.match(person.name):
                self.people.append(person)

    def told(self):
        """What was found in it."""
        columns = [f'{kind} in "{self.header[i]}"' for kind, at in self.where.items() for i in at]
        return f"{len(self.people)} people; {', '.join(columns)}"

    def match(self, students):
        """Finds each student's person, by id, email and name, in that order; what fits
        several is left. Those that are found have the list's names from then on."""
        tests = (
            lambda p, who, key: who.get("id", "").casefold() in p.ids - {""},
            lambda p, who, key: who.get("email", "").casefold() in p.emails - {""},
            lambda p, who, key: key in p.ids or key in p.emails,
            lambda p, who, key: letters(who.get("name", "")) in p.names,
            lambda p, who, key: letters(key) in p.names,
            lambda p, who, key: letters(key) in p.words,
        )
        for person in self.people:
            person.student = None
        for student in students:
            student.listed = [None] * len(student.people)
        for test in tests:
            for student in students:
                for place, who in enumerate(student.people):
                    if student.listed[place]:
                        continue
                    key = student.directory.name.casefold()
                    fit = [p for p in self.people if not p.student and test(p, who, key)]
                    if len(fit) == 1:
                        fit[0].student, student.listed[place] = student, fit[0]
        for student in students:
            if any(student.listed):
                names = [p.name if p else w.get("name") or "?"
                         for p, w in zip(student.listed, student.people)]
                student.name = ", ".join(names)

    def absent(self):
        return [p for p in self.people if not p.student]

    def column(self, *names):
        plain = [h.casefold() for h in self.header]
        return next((plain.index(n) for n in names if n in plain), None)

    def moodle(self):
        """Its worksheet with the marks, scaled to the maximum that it states, and why not all
        points are given; or nothing."""
        grade = self.column("grade", "bewertung", "note", "calificación")
        most = self.column("maximum grade", "bestwertung", "höchste bewertung", "note maximale")
        if grade is None or self.column("identifier", "id", "kennung") is None or \
                not any("last modified" in h.casefold() or "zuletzt" in h.casefold()
                        for h in self.header):
            return None
        comments = next((i for i, h in enumerate(self.header)
                         if h.casefold().startswith("feedback")), None)
        for person in self.people:
            if person.student and person.student.graded:
                if comments is not None:
                    person.row[comments] = "; ".join(
                        f"{a.ident} {a.why}" for a in person.student.answers if a.why)
                points, of = person.student.points, person.student.of
                if most is not None and number(person.row[most]):
                    points = points * number(person.row[most]) / of
                person.row[grade] = f"{points:g}" if points == round(points, 2) else f"{points:.2f}"
        return [self.header, *self.rows]

    def canvas(self, title, of):
        """Its gradebook with a column for these marks: the one that it has, if there is one
        assignment only, or a new one. Only the columns that its import asks for. Or nothing."""
        wanted = ("student", "id", "sis user id", "sis login id", "section")
        if self.column("student") is None or self.column("id") is None or \
                self.column("section") is None:
            return None
        plain = [h.casefold() for h in self.header]
        places = [plain.index(w) for w in wanted if w in plain]
        assignments = [h for h in self.header if re.search(r"\(\d+\)$", h)]
        title = assignments[0] if len(assignments) == 1 else title
        rows = [[self.header[i] for i in places] + [title]]
        rows.append(["    Points Possible"] + [""] * (len(places) - 1) + [of])
        rows += [[p.row[i] for i in places] + [p.student.points if p.student and p.student.graded else ""]
                 for p in self.people]
        return rows


def number(text):
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return 0
