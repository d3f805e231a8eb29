"""What is in a directory or an archive that students handed in, as a list of entries:
archives are looked into as if they were directories, and nothing is unpacked onto the disk.
Nothing in it is trusted: no link is followed, no name leads outside, and what comes out of
an archive is bounded, in files, in bytes and in depth.

    entries = read_all(Path("class.zip"), {"1_lines.c"})   # names that are wanted
"""
import gzip
import io
import os
import re
import stat
import tarfile
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

LARGEST = 256 << 10  # bytes of an answer
INSIDE = 32 << 20  # bytes of an archive in an archive
UNPACKED = 64 << 20  # bytes that come out of one student's archive, and its entries
ENTRIES = 20_000
ALL = 2 << 30, 400_000  # the same of a whole class's
DEPTH = 3  # archives in archives
DEEPEST = 40  # directories in directories
ARCHIVE = re.compile(r"\.(zip|tar|tar\.gz|tgz)$", re.I)
JUNK = re.compile(r"\._.*|__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*|.*\.(swp|o|said)$")
# Of a copy of the workbook: what is no answer, even if it has the name of one.
NO_ANSWERS = {"build", "given", "wrong", "right", "hints"}
METADATA = "submission_metadata.yml"  # of Gradescope
# What Python's readers of archives raise, of one that is damaged or made by hand.
BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError,
          ValueError, RuntimeError, NotImplementedError, OverflowError)
DIRECTORIES = ("directory", "archive", "clone")  # kinds of entries that have others below


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


def plain_name(name):
    """The name of a file without what browsers and platforms add to it, and what that was:
    "1_lines (1).c", "1_lines.c.txt", "Copy of 1_lines.c" and "1_lines-1.c" are 1_lines.c."""
    name = unicodedata.normalize("NFC", name)
    plain = re.sub(r"\.c(\.txt|\.c)$", ".c", name, flags=re.I)
    plain = re.sub(r"^(Copy of |Kopie von |Copie de )", "", plain, flags=re.I)
    plain = re.sub(r"(( ?\(\d+\))| - (copy|kopie|copie)( \(\d+\))?|-\d+)+\.c$", ".c", plain,
                   flags=re.I)
    return plain.casefold(), plain != name


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
                yield from below_directory(item.path, budget, here)
        elif item.is_file():
            yield of_file(Path(item.path), here)
        else:
            yield Entry(here, "not a file")


def below_directory(path, budget, parts):
    """Each of a class's directories has a budget of its own: no student spoils it for all."""
    try:
        if len(parts) > DEEPEST:
            raise Refused("too deep")
        yield from of_directory(path, budget.of_student() if len(parts) == 1 else budget, parts)
    except Refused as why:
        if 1 < len(parts) <= DEEPEST:
            raise
        yield Entry(parts, str(why))


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


def place_of(name, parts, is_directory, budget):
    """Where a member of an archive stands, () if it is left out; and its Entry, if it is no
    file whose contents are to be looked at.
    """
    budget.take(files=1)
    try:
        inside = inner_parts(name)
    except Refused as why:
        return (), Entry((*parts, Path(name).name), str(why))
    here = (*parts, *inside) if inside else ()
    if ".git" in inside:
        return here, Entry(here[:here.index(".git") + 1], "clone")
    if inside and is_directory:
        return here, Entry(here, "directory")
    return here, None


def zip_name(info):
    """Info-ZIP on Linux stores UTF-8 and does not say so; what is not UTF-8 is CP437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def of_zip(file, parts, budget, lazy):
    """LAZY: the file stays open, and is read from when an answer is asked for."""
    archive = zipfile.ZipFile(file)
    for info in archive.infolist():
        here, known = place_of(zip_name(info), parts, info.is_dir(), budget)
        if known:
            yield known
        elif not here:
            continue
        elif stat.S_ISLNK(info.external_attr >> 16):
            yield Entry(here, "a symbolic link")
        elif info.flag_bits & 1:
            yield Entry(here, "it has a password")
        else:
            def read(size, info=info):
                budget.take(size=min(size, info.file_size))
                with archive.open(info) as member:
                    return member.read(size)
            if not lazy:
                data = read(budget.wants(here[-1]))
                read = lambda size, data=data: data[:size]  # noqa: E731
            try:
                time = datetime(*info.date_time).timestamp()
            except (ValueError, OverflowError):
                time = 0
            yield Entry(here, "file", time, read)


def of_tar(file, parts, budget):
    """The answers are read at once: a tar is read from front to back."""
    with tarfile.open(fileobj=Bounded(file, budget), mode="r|") as archive:
        for info in archive:
            here, known = place_of(info.name, parts, info.isdir(), budget)
            if known:
                yield known
            elif not here:
                continue
            elif not info.isreg():
                yield Entry(here, "a symbolic link" if info.issym() else "not a file")
            else:
                wanted = min(budget.wants(here[-1]), info.size)
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
    name = parts[-1].lower()
    yield Entry(parts, "archive")
    try:
        if name.endswith(".zip"):
            inside = of_zip(file, parts, budget, lazy=depth == 0)
        else:
            if not name.endswith(".tar"):
                file = gzip.GzipFile(fileobj=file)
            inside = of_tar(file, parts, budget)
        yield from unpacked(inside, budget, depth)
    except BROKEN as why:
        raise Refused(f"{why or 'it is cut off'}") from why


def read_all(path, names):
    """The entries of a directory, or of an archive; raises OSError and Refused."""
    budget = Budget({plain_name(n)[0] for n in names}, *ALL)
    if path.is_dir():
        return list(unpacked(of_directory(path, budget), budget))
    file = open(path, "rb")  # it is read from later
    return [e.below(1) for e in of_archive(file, (path.name,), budget)]
