"""Puts what the sanitizers and exercise_exit.c report of a run into words.

A part of exercise_helper.bash. Reads a report on stdin, prints what the learner
reads of it:

    explain_report.py crash NAME       what kind of crash, and where; of which variable;
                                       after a use after free also where it was freed
    explain_report.py stuck NAME RAN HAD PENDING
                                       what a program that never ends was doing: it ran
                                       RAN of the HAD ms that it was given. PENDING is
                                       the file of its pending events
    explain_report.py stuck_in NAME    the same of a program that ought to wait in its
                                       event loop; nothing if it does
    explain_report.py leaks NAME       how many bytes leak, and from where
    explain_report.py amount           how many bytes leak, and in how many pieces
    explain_report.py left_open STATUS DIRECTORY
                                       how many descriptors are left, of which kinds

NAME is the exercise, whose own file is NAME.c. STATUS is the run's exit status,
and DIRECTORY is the test's, which is cut off the names of files.
"""
import re
import sys
from collections import Counter

# A frame: "#1 0x5d0 in on_tick /work/01-loop/exercises/1_ticker.c:40", perhaps with a
# column. Those that are in no chapter are in libc or libevent, which are not the
# learner's to mend.
FRAME = re.compile(r" *#[0-9]+ 0x[0-9a-f]+ +(?:in ([^ ]+) )?(.*)")
FILE = re.compile(r"(?:[^ (]*/)?[0-9][0-9]-[a-z]+/(?:[^ ]*/)?([^/ ]*\.c(?::[0-9]+)?)(?![^: ])")
LOOP = ("event_base_loop", "event_base_dispatch")
PLAIN = ("abort", "free", "malloc", "calloc", "realloc")  # what the kind says, too


class Frame:
    def __init__(self, function, place):
        file = FILE.match(place)
        self.file = file[1] if file else ""  # "FILE:LINE", in a chapter
        self.function = re.sub("^(__interceptor_|__GI_)", "", function or "")

    def is_own(self, name):
        """True in the exercise's own file; NAME-mistake.c is a wrong answer to it."""
        return self.file.startswith((name + ".", name + "-"))

    def __str__(self):
        return f"{self.function} ({self.file})" if self.file else self.function


def stack(report, header=""):
    """Returns the frames of the stack that follows a line that begins with header."""
    frames, on = [], not header
    for line in report.split("\n"):
        on = on or line.startswith(header)
        frame = FRAME.match(line) if on else None
        if frame:
            frames.append(Frame(*frame.groups()))
        elif frames:
            break
    return frames


def below_loop(frames):
    """What the event loop has called: what called the loop is not the cause."""
    loops = [i for i, frame in enumerate(frames) if frame.function in LOOP]
    return frames[:loops[0]] if loops else frames


def callees(frames):
    """What the learner's line has called, up to the first function of a library. One
    that begins with "_" is inside a library, and no name the learner knows.
    """
    called = []
    for frame in reversed(frames):
        if not frame.file and frame.function.startswith("_"):
            break
        if frame.function and frame.function not in PLAIN:
            called.append(str(frame))
        if not frame.file and frame.function:
            break
    return called


def place(frames, name):
    """Returns " at FILE:LINE in FUNCTION" for the learner's own line, or where there is
    none, for the first in a chapter; then what that line had called.
    """
    for part in below_loop(frames), frames:
        own = [i for i, frame in enumerate(part) if frame.is_own(name)]
        own = own or [i for i, frame in enumerate(part) if frame.file]
        if own:
            words = f" at {part[own[0]].file} in {part[own[0]].function}"
            called = callees(part[:own[0]])
            return words + (", which called " + ", ".join(called) if called else "")
    return ""


def null_pointer(report):
    """Returns whether a NULL pointer was used; "" if the crash has another cause. libevent
    calls NULL where it meets memory that was overwritten as it was freed.
    """
    if "pc points to the zero page" in report:
        return ": NULL was called, as when libevent uses a base that is freed"
    used = re.search("SEGV on unknown address 0x0+[0-9a-f]{1,3} ", report)
    return " by a NULL pointer" if used else ""


def kind_of(report):
    """Returns AddressSanitizer's word for it, "heap-use-after-free"; or its whole line, if
    that says more than an address.
    """
    line = re.search("ERROR: AddressSanitizer: (.*)", report)
    if not line:
        return ""
    attempt = re.match("attempting (free|double-free) on (address which was not malloc)?", line[1])
    if attempt:
        return "free of what malloc has not returned" if attempt[2] else "double free"
    word = re.fullmatch(r"([^ ]*) (on .*|\(.*)?", line[1])
    return word[1].replace("ABRT", "abort()") if word else line[1]


def variable(report):
    """Returns " of 'x' (declared at FILE:LINE)", where the report names a variable."""
    named = re.search(r"'([^']+)'(?: \(line ([0-9]+)\))? <== Memory access", report)
    frame = (stack(report, "Address ") or [None])[0]
    if named and frame:
        file = re.sub("[0-9]+$", named[2], frame.file) if named[2] else frame.file
        words = f"declared at {file}" if named[2] else f"of {frame.function}"
        return f" of '{named[1].removesuffix('.addr')}' ({words})"
    named = re.search(r"of global variable '([^']+)' defined in '(?:[^']*/)?([^':]*:[0-9]+)", report)
    return f" of '{named[1]}' (declared at {named[2]})" if named else ""


def crash(report, name):
    undefined = re.search(".*runtime error: (.*)", report)
    if undefined:
        return undefined[1] + place(stack(report), name)
    words = kind_of(report) + null_pointer(report) + variable(report)
    words += place(stack(report), name)
    freed = place(stack(report, "freed by"), name)
    size = re.search(r"([0-9]+)-byte region", report)
    made = place(stack(report, "allocated by"), name) if size else ""
    if freed:
        words += "\nfreed" + freed
    elif made:
        words += f"\n{size[1]} byte{'s'[:size[1] != '1']} allocated" + made
    return words


def pending(path):
    """Returns what is pending, each kind with its callback: "a timer: on_tick (1_x.c:9)"."""
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        found = re.findall(r"^event: ([a-z ]+): ([^ \n]+)(?: (.*))?$", file.read(100000), re.M)
    kinds = Counter((kind, str(Frame(function, where))) for kind, function, where in found)
    words = [f"  {counted(kind, count)}: {callback}" for (kind, callback), count in kinds.items()][:6]
    return [line.replace("<null>", "inside libevent, as a bufferevent has") for line in words]


def in_loop(frames):
    """True if it was the event loop itself that ran or waited."""
    return len(below_loop(frames)) < len(frames) and not any(f.file for f in below_loop(frames))


def stuck(report, name, ran, had, path):
    frames, ran, had = stack(report), int(ran or 0), int(had or 0)
    events = pending(path)
    share = f"it ran {ran / 1000:.1f} s of the {had / 1000:.1f} s that it was given"
    verb = "was"
    if ran > had / 2:
        words = f"it never waited: {share}"
        verb = "loops"
        reason = "in its event loop these events come again and again:"
    elif ran >= had / 8:
        words = f"it hardly waited: {share}"
        reason = "in its event loop these events are pending:"
    else:
        words = "it waits"
        reason = "its event loop waits, for these events are pending:"
    if in_loop(frames):
        words = "" if words == "it waits" else words + "\n"
        return "\n".join([words + reason] + (events or ["  (unknown)"]))
    where = place(frames, name)
    if words == "it waits":
        return words + (where or ": an event is still pending, or a call does not return")
    return words + (f"\nit {verb}{where}" if where else "")


def stuck_in(report, name):
    frames = stack(report)
    where = "" if in_loop(frames) else place(frames, name)
    return "it was" + where if where else ""


def leaks(report, name):
    """Returns a line for each of the first three places: those in the learner's own file
    come first. What is lost only indirectly is told if nothing is lost directly.
    """
    bytes_from, rank_of = Counter(), {}
    for leak in re.split("^(?=(?:Direct|Indirect) leak of )", report, flags=re.M)[1:]:
        frames = stack(leak)
        origin = place(frames, name)
        if origin:
            own = any(frame.is_own(name) for frame in frames)
            rank = (not own) + (2 if leak.startswith("Indirect") else 0)
            rank_of[origin] = min(rank, rank_of.get(origin, rank))
            bytes_from[origin] += int(leak.split()[3])
    direct = [origin for origin in rank_of if rank_of[origin] < 2]
    told = sorted(direct or rank_of, key=rank_of.get)[:3]  # a stable sort: first come, first told
    words = [f"it leaks: {bytes_from[origin]} bytes, allocated{origin}" for origin in told]
    return "\n".join(words or ["it leaks memory"])


def amount(report):
    """For an exercise that is a hunt for leaks: the place is not told."""
    found = re.findall(r"leak of ([0-9]+) byte\(s\) in ([0-9]+) object\(s\)", report)
    size, pieces = (sum(map(int, numbers)) for numbers in zip(*found))
    return f"it leaks: {size} bytes, in {pieces} piece{'s'[:pieces != 1]} of memory"


def kind_of_descriptor(target, directory):
    """"socket:[4711]" is a socket, "anon_inode:[eventpoll]" an event base; a file keeps
    its name.
    """
    target = target.removeprefix(directory + "/")
    target = re.sub(r":\[[0-9]*\]$", "", target)
    target = re.sub(r"^anon_inode:\[?", "", target).removesuffix("]")
    return "event base" if target == "eventpoll" else target


def counted(kind, count):
    """Returns "a pipe", "2 pipes", "/dev/null", "2 of /dev/null"."""
    if "/" in kind:
        return kind if count == 1 else f"{count} of {kind}"
    if count > 1:
        noun, to, use = kind.partition(" to ")
        return f"{count} {noun}s{to}{use}"
    return f"an {kind}" if kind.startswith(tuple("aeiou")) else f"a {kind}"


def left_open(listing, status, directory):
    """A program that frees its base on every way but one mostly left by exit()."""
    kinds = Counter(kind_of_descriptor(line, directory) for line in listing.splitlines())
    total = sum(kinds.values())
    words = ""
    if "event base" in kinds and int(status) != 0:
        words = f"it leaks: it ended (exit {status}) without freeing anything: by exit()?\n"
    words += f"it leaks: {total} descriptor{'s'[:total != 1]} still open at exit: "
    words += ", ".join(counted(kind, count) for kind, count in kinds.items())
    if "event base" in kinds:
        words += "\n(an event base keeps a pipe, too)"
    return words


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    explain = {"crash": crash, "stuck": stuck, "stuck_in": stuck_in, "leaks": leaks,
               "amount": amount, "left_open": left_open}[sys.argv[1]]
    print(explain(sys.stdin.read(), *sys.argv[2:]))
