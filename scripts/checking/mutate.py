"""Makes mutants of a C file: copies of it, each with one small fault.

    mutate.py FILE.c DIRECTORY

A statement is dropped, a condition negated, a number is off by one, an operator is
another, a flag is missing, two statements are swapped. For mutant N it writes
DIRECTORY/N.c, and N.what: the function, the code as it was, and as it is now. It reads
the text, not the syntax: the source has to be laid out as clang-format leaves it. What
does not compile is left to the compiler.
"""
import re
import sys
from pathlib import Path

OTHER = {
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"],
    "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"],
    "++": ["--"], "--": ["++"], "+=": ["-="], "-=": ["+="], "true": ["false"], "false": ["true"],
}  # fmt: skip
# Operators stand between blanks or beside a name; "->" and a sign are none.
OPERATOR = re.compile(r"(?<= )(?:[<>]=?|[=!]=|&&|\|\||[-+]=?)(?= )|\+\+|--|\b(?:true|false)\b")
NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")
FLAG = re.compile(r" \| \w+|\w+ \| (?=\w+)")
CONDITION = re.compile(r"\b(?:if|while|AWAIT_WHILE) \(")
FUNCTION = re.compile(r"^[a-z].*?\b(\w+)\([^;]*$")
DECLARATION = re.compile(
    r"(?:static |const |unsigned |struct \w+ |[a-z_]+ )+\**\w+(?:\[.*\])?(?:, .*)?(?: = .*)?;", re.S
)
KEYWORD = re.compile(r"(?:return|goto|else|case|break|continue|default)\b")


def without_comments(source):
    """Blanks comments and the insides of strings, so that every place stays where it is."""

    def blank(found):
        text = found[0]
        if text[0] in "\"'":
            return text[0] + "_" * (len(text) - 2) + text[-1]
        return re.sub(r"[^\n]", " ", text)

    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'', blank, source, flags=re.S)


def statements(code):
    """Yields the places of the simple statements: each begins a line and ends one with ";"."""
    for found in re.finditer(r"^[ ]+([^\s{}][^;{}]*;)$", code, re.M):
        text = found[1]
        # What stands under an if without braces belongs to it.
        text = re.sub(r"^(?:(?:else )?if|while|for) \(.*?\)\n\s+", "", text, flags=re.S)
        text = re.sub(r"^else\n\s+", "", text)
        begin = found.end(1) - len(text)
        if not text.startswith(("#", "TASK_")):
            yield begin, found.end(1), text


def is_idle(text):
    """A declaration, or (void)name: nothing would change without it that compiles."""
    return text.startswith("(void)") or (DECLARATION.fullmatch(text) and not KEYWORD.match(text))


def closing(code, begin):
    """The place of the parenthesis that closes the one before `begin`."""
    depth = 1
    for place in range(begin, len(code)):
        depth += {"(": 1, ")": -1}.get(code[place], 0)
        if depth == 0:
            return place
    return begin


def changes(code, source):
    """Yields (begin, end, new text) for each fault."""
    simple = list(statements(code))
    simple = [each for each in simple if not is_idle(each[2])]
    for begin, end, _ in simple:
        yield begin, end, ";"
    for (begin, middle, first), (second, end, then) in zip(simple, simple[1:]):
        between = source[middle:second]
        if between.isspace() and first != then and not (KEYWORD.match(first) or KEYWORD.match(then)):
            yield begin, end, source[second:end] + between + source[begin:middle]
    for found in CONDITION.finditer(code):
        end = closing(code, found.end())
        yield found.end(), end, f"!({source[found.end():end]})"
    for found in OPERATOR.finditer(code):
        for other in OTHER.get(found[0], []):
            yield found.start(), found.end(), other
    for found in NUMBER.finditer(code):
        before = code[: found.start()]
        if before.endswith("return -"):
            continue  # each of them is an error
        if not before.endswith(" < "):  # <= has been tried
            yield found.start(), found.end(), str(int(found[0], 0) + 1)
        if int(found[0], 0) > 0 and not before.endswith(" >= "):
            yield found.start(), found.end(), str(int(found[0], 0) - 1)
    for found in FLAG.finditer(code):
        yield found.start(), found.end(), ""


def what(source, begin, end, new):
    """One line: in which function, the lines as they were, and as they are."""
    names = [found[1] for line in source[:begin].split("\n") if (found := FUNCTION.match(line))]
    first = source.rfind("\n", 0, begin) + 1
    last = source.find("\n", end)
    before, after = source[first:last], source[first:begin] + new + source[end:last]
    plain = lambda text: " ".join(text.split())
    return f"{names[-1] if names else ''}: {plain(before)} => {plain(after)}"


def main(file, directory):
    source = Path(file).read_text(encoding="utf-8")
    code = without_comments(source)
    # Above the first function there is nothing that runs.
    start = re.search(r"^\{", code, re.M)
    number = 0
    for begin, end, new in changes(code, source):
        if start and begin < start.start():
            continue
        number += 1
        target = Path(directory, f"{number}.c")
        target.write_text(source[:begin] + new + source[end:], encoding="utf-8")
        target.with_suffix(".what").write_text(what(source, begin, end, new) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
