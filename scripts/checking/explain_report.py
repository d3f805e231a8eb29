"""Puts what the sanitizers and exercise_exit.c report of a run into words.

A part of exercise_helper.bash. Reads a report on stdin, prints what the learner
reads of it:

    explain_report.py crash NAME       what kind of crash, and where; after a use
                                       after free also where it was freed
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
from itertools import dropwhile

# A frame in a chapter's file: "#1 0x5d0 in on_tick /work/01-loop/exercises/1_ticker.c:40".
# The others are in libc or libevent, which are not the learner's to mend.
FRAME = re.compile(r" in ([^ ]+) ((?:[^ ]*/)?[0-9][0-9]-[a-z]+/[^ ]*\.c:[0-9]+)")


def frame_in(line):
    """Returns the function and "FILE:LINE", or None where the line has no such frame."""
    frame = FRAME.search(line)
    return frame and (frame[1], frame[2].rpartition("/")[2])


def is_own(file, name):
    """True for the exercise's own file; NAME-mistake.c is a wrong answer to it."""
    return file.startswith((name + ".", name + "-"))


def place(lines, name):
    """Returns " in FUNCTION, FILE:LINE" for the first frame of a stack. If that is not
    in the learner's own file, the first frame that is follows, but not main.
    """
    words = ""
    for line in lines:
        if not line and words:
            break
        frame = frame_in(line)
        if not frame:
            continue
        function, file = frame
        if words and function == "main":
            break
        if not words:
            words = f" in {function}, {file}"
        elif is_own(file, name):
            words += f"\ncalled in {function}, {file}"
        if is_own(file, name):
            break
    return words


def null_pointer(lines):
    """Returns whether a NULL pointer was used, and which libevent function it was given
    to; "" if the crash has another cause. libevent calls NULL where it meets memory
    that was overwritten as it was freed.
    """
    used, given = False, ""
    for line in lines:
        if re.search("SEGV on unknown address 0x0+[0-9a-f]{1,3} |null pointer", line):
            used = True
        function = re.search(r" in (ev[a-z_]+|bufferevent_[a-z_]+) \(", line)
        if used and function:
            given = " was given to " + function[1]
        if "pc points to the zero page" in line:
            return "NULL was called, as when libevent uses a base that is freed"
        if used and (given or not line):
            break
    return "a NULL pointer" + given if used else ""


def kind_of(report):
    """Returns AddressSanitizer's word for it, "heap-use-after-free"; or its whole line, if
    that says more than an address.
    """
    line = re.search("ERROR: AddressSanitizer: (.*)", report)
    word = line and re.fullmatch(r"([^ ]*) (on .*|\(.*)?", line[1])
    return word[1] if word else line[1] if line else ""


def crash(report, name):
    lines = report.split("\n")
    undefined = re.search(".*runtime error: (.*)", report)
    if undefined:
        return undefined[1] + place(lines, name)
    null = null_pointer(lines)
    words = kind_of(report) + (": " + null if null else "") + place(lines, name)
    if "use-after-free" in report:
        freed = place(dropwhile(lambda line: not line.startswith("freed by"), lines), name)
        words += "\nfreed" + freed if freed else ""
    return words


def leaks(report, name):
    """Returns a line for each of the first three places: those in the learner's own file
    come first. What is lost only indirectly is told if nothing is lost directly.
    """
    bytes_from, rank_of = Counter(), {}
    leak = None
    for line in report.split("\n"):
        if line.startswith(("Direct leak of ", "Indirect leak of ")):
            leak = line.split()
        elif leak and (frame := frame_in(line)):
            origin = ", ".join(frame)
            rank = (not is_own(frame[1], name)) + (2 if leak[0] == "Indirect" else 0)
            rank_of[origin] = min(rank, rank_of.get(origin, rank))
            bytes_from[origin] += int(leak[3])
            leak = None
    direct = [origin for origin in rank_of if rank_of[origin] < 2]
    told = sorted(direct or rank_of, key=rank_of.get)[:3]  # a stable sort: first come, first told
    words = [f"it leaks: {bytes_from[origin]} bytes, from {origin}" for origin in told]
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
        return f"{count} {kind}s"
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
    explain = {"crash": crash, "leaks": leaks, "amount": amount, "left_open": left_open}[sys.argv[1]]
    print(explain(sys.stdin.read(), *sys.argv[2:]))
