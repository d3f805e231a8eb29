"""Lays out what a check tells the learner: labels in a column, each text beside its own.

A part of exercise_helper.bash. Reads LABEL NUL TEXT NUL … on stdin, prints lines that
begin with the mark "| ", at most 74 columns wide; only did, which is pasted into a
shell, may be wider.

    complain.py [texts]    texts: expected and came are what a program printed, and not
                           words about it. Then both begin near their first difference.

Nothing is printed that a terminal obeys, and nothing that cannot be seen: a control
character is shown as C writes it, a blank at the end of a line as "␣". What is expected
and what came never look the same if they differ.
"""
import sys
import unicodedata

WIDTH = 62  # columns beside the labels
LINES = 12  # of one text
NAMED = {"\t": r"\t", "\r": r"\r", "\a": r"\a", "\b": r"\b", "\f": r"\f", "\v": r"\v"}
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")


def escape(char, strict):
    """A surrogate is a byte that is no UTF-8. strict: whatever may look like another."""
    code = ord(char)
    if char in NAMED:
        return NAMED[char]
    if 0xDC80 <= code <= 0xDCFF:
        return rf"\x{code - 0xDC00:02x}"
    if char != " " and unicodedata.category(char) in UNSEEN or strict and code > 126:
        return rf"\x{code:02x}" if code < 256 else rf"\u{code:04x}"
    return r"\\" if strict and char == "\\" else char


def visible(line, strict=False):
    text = line.rstrip(" ")
    return "".join(escape(char, strict) for char in text) + "␣" * (len(line) - len(text))


def columns(text):
    """How many columns a terminal takes for it."""
    return sum(
        2 if unicodedata.east_asian_width(char) in "WF" else not unicodedata.combining(char)
        for char in text)


def window(text, start):
    """So much of one line as fits in; start: the columns that are left out before it."""
    shown, at = "", 0
    for i, char in enumerate(text):
        at += columns(char)
        if at <= start:
            continue
        if start and not shown:
            char = "…"
        elif at - start >= WIDTH and i < len(text) - 1:
            return shown + "…"
        shown += char
    return shown


def fold(line):
    """Words: broken at blanks, and only where no blank is, cut."""
    folded, row = [], ""
    indent = " " * (len(line) - len(line.lstrip()))
    for word in line.split(" "):
        if row.strip() and columns(row + word) > WIDTH:
            folded.append(row.rstrip())
            row = indent
        row += word + " "
    return [window(row, 0) for row in folded + [row[:-1]]]


def plain(text):
    """A long text: its beginning and its end."""
    lines = [row for line in text.split("\n") for row in fold(visible(line))]
    if len(lines) > LINES:
        lines[6:-5] = [f"… {len(lines) - 11} lines"]
    return lines


def last(text):
    """What a program printed: its last lines, for there it went wrong."""
    lines = text.rstrip("\n").split("\n")
    more = len(lines) - LINES
    rows = [row for line in lines[-LINES:] for row in fold(visible(line))]
    return ([f"… {more} line{'s'[:more != 1]} before"] if more > 0 else []) + rows


def first_difference(one, other):
    """The index of the first item that differs, or at which the shorter one ends."""
    same = 0
    for a, b in zip(one, other):
        if a != b:
            break
        same += 1
    return same


def look_alike(one, other, j):
    """Whether two lines that differ in character j may be taken for each other."""
    if visible(one) == visible(other) or one[j:j + 1].isascii() != other[j:j + 1].isascii():
        return True
    return unicodedata.normalize("NFKC", one) == unicodedata.normalize("NFKC", other)


def at(lines, i):
    """Line i, made visible where there is little to see."""
    if i >= len(lines):
        return "(nothing)" if lines == [""] else "(the end)"
    if not lines[i]:
        last_one = i > 0 and i == len(lines) - 1
        return "(a newline)" if last_one else "(nothing)" if lines == [""] else "(an empty line)"
    return None


def differ(expected, came):
    """Both from a little before their first difference on, which is marked in came."""
    texts = expected.split("\n"), came.split("\n")
    i = first_difference(*texts)
    pair = [lines[i] if i < len(lines) else "" for lines in texts]
    j = first_difference(*pair)
    strict = look_alike(*pair, j)
    column = columns(visible(pair[0][:j], strict))
    widest = max(columns(visible(line, strict)) for line in pair)
    start = column - WIDTH // 3 if widest > WIDTH and column > WIDTH * 2 // 3 else 0
    shown = [block(lines, i, start, strict) for lines in texts]
    several = max(map(len, texts)) > 1
    if came and (several or widest > 24 or strict):
        mark = " " * (column - start) + "^" + (f" line {i + 1}" if several else "")
        if start:
            mark += f"{',' if several else ''} character {j + 1}"
        shown[1][0].append(mark)
    return [before + after for before, after in shown]


def block(lines, i, start, strict):
    """Up to line i, which differs, and what comes after it."""
    context = 2 if i > 3 else i
    before = [window(visible(line, strict), 0) for line in lines[i - context:i]]
    if i > context:
        before.insert(0, f"… {i - context} lines alike")
    before.append(at(lines, i) or window(visible(lines[i], strict), start))
    after = [window(visible(line, strict), 0) for line in lines[i + 1:i + 4]]
    more = len(lines) - i - 4
    if more > 0:
        after.append(f"… {more} line{'s'[:more != 1]} more")
    return before, after


def lay_out(pairs, are_texts):
    """Returns the lines of each label."""
    shown = []
    texts = dict(pairs)
    for label, text in pairs:
        if label == "did":
            shown.append(["".join(escape(c, False) for c in line) for line in text.split("\n")])
        elif label in ("stdout", "stderr"):
            shown.append(last(text))
        else:
            shown.append(plain(text or "(nothing)"))
    if "expected" not in texts or "came" not in texts or texts["expected"] == texts["came"]:
        return shown
    both = [texts["expected"], texts["came"]]
    where = [i for i, (label, _) in enumerate(pairs) if label in ("expected", "came")]
    same = shown[where[0]] == shown[where[1]]
    quoted = all(text.startswith('"') for text in both)
    if are_texts or same or quoted or all("\n" in text for text in both):
        shown[where[0]], shown[where[1]] = differ(*both)
    return shown


def main():
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape", newline="")
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    words = sys.stdin.read().split("\0")
    pairs = list(zip(words[::2], words[1::2]))
    for (label, _), lines in zip(pairs, lay_out(pairs, sys.argv[1:] == ["texts"])):
        for line in lines:
            print(f"| {label:9} {line}".rstrip())
            label = ""


if __name__ == "__main__":
    main()
