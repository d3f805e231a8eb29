"""Finds local variables of a task that are lost over an AWAIT.

    lost_locals.py FILE.c…

Prints a warning in the compiler's form for each of them:

    1_trip.c:41:18: warning: ‘i’ does not survive the AWAIT on line 45: keep it in the task

A task's function returns in each AWAIT that must wait, and is called again afterwards.
What stands above TASK_BEGIN is done at each call. A variable is lost if it is changed
below TASK_BEGIN, and read after an AWAIT without a new value in between. gcc does not
see that if the variable has an initialiser above TASK_BEGIN, or is an array or a struct.

Each function that has a TASK_BEGIN is followed along all its ways. The state says of
each variable what it may be:

    no entry    what it is at the beginning of each call
    CHANGED     changed since this call began
    a number    changed before the AWAIT on that line, and so lost

This must never warn of right code. What it does not understand, it does not report.
"""
import re
import sys

CHANGED = "changed"
TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|->|\+\+|--|<<=|>>=|[-+*/%&|^=!<>]=|&&|\|\||<<|>>|\S")
NOT_CODE = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|^[ \t]*\#(?:\\\n|[^\n])*',
    re.S | re.M,
)
ASSIGNMENTS = set("= += -= *= /= %= &= |= ^= <<= >>= ++ --".split())
TYPES = set(
    "static const volatile unsigned signed long short int char float double bool void "
    "struct union enum".split()
)
# They keep an address that they are given until a later wait is over, or longer.
KEEPERS = set(
    "task_create group_create group_init queue_init semaphore_init queue_put queue_get".split()
)
# Above TASK_BEGIN they give something else at each call.
RENEWED = set("task_loop_now malloc calloc strdup rand random".split())
# They read an array. These write their first argument, and read the others.
READERS = set("printf fprintf puts fputs strlen strcmp strdup strtol write send stream_write".split())
WRITERS = set("snprintf sprintf memcpy memmove memset strcpy strcat".split())


class Unknown(Exception):
    """A function is written in a way that is not understood here."""


def join(one, other):
    """Returns the state after either of two ways; a way that is never gone is None."""
    if one is None or other is None:
        return other if one is None else one
    both = one | other
    for variable in one.keys() & other.keys():
        lines = [what for what in (one[variable], other[variable]) if what != CHANGED]
        both[variable] = min(lines, default=CHANGED)
    return both


class Task:
    """A function with a TASK_BEGIN. `tokens` are (word, offset) pairs, from its opening
    brace on; a variable is the pair that declares it.
    """

    def __init__(self, tokens, parameters, line_of):
        self.tokens, self.line_of = tokens, line_of
        self.words = [word for word, _ in tokens]
        self.scopes = [{name: (name, 0) for name in parameters}]
        self.arrays, self.shared = set(), set()
        self.initial = {}  # variable: the words of its value above TASK_BEGIN
        self.begun = False
        self.state = {}
        self.cleaning = None  # the state with which TASK_FINALLY begins
        self.around = []  # for each loop or switch around: its exits
        self.tested = set()  # by an `if` around
        self.found = {}  # offset: (variable, line of the AWAIT)

    def follow(self):
        """Returns (offset, variable, line of the AWAIT): of each variable the first use."""
        self.statement(0)
        first = {}
        for offset, (variable, line) in sorted(self.found.items()):
            first.setdefault(variable, (offset, variable, line))
        return list(first.values())

    # --- What becomes of variables ---

    def variable(self, i):
        """Returns the variable that tokens[i] names, or None."""
        if i > 0 and self.words[i - 1] not in (".", "->", "struct", "union", "enum"):
            for scope in reversed(self.scopes):
                if self.words[i] in scope:
                    return scope[self.words[i]]
        return None

    def use(self, variable, i):
        line = self.state.get(variable, CHANGED)
        if line == CHANGED:
            return
        if "task_loop_now" in self.initial.get(variable, ()):
            # It is the time of each call: right, but not to find how much has passed.
            begin = max(k for k in range(i) if self.words[k] in ";{}")
            if "task_loop_now" not in self.words[begin : self.until(i, ";")]:
                return
        self.found.setdefault(self.tokens[i][1], (variable, line))

    def change(self, variable, value=()):
        """value: the words that are assigned, if the variable gets a whole new one."""
        if variable in self.shared and (not value or variable in self.tested):
            return  # what all tasks share on purpose is counted, or made once
        if not self.begun:
            self.initial[variable] = value
        elif value == self.initial.get(variable, CHANGED):
            self.state.pop(variable, None)
        elif not self.is_set_anew(variable):
            self.state[variable] = CHANGED

    def is_set_anew(self, variable):
        """If it is self->race above TASK_BEGIN, and something is assigned to ->race below,
        then each call may find the right one.
        """
        words, value = self.words, self.initial.get(variable, ())
        members = {word for arrow, word in zip(value, value[1:]) if arrow == "->"}
        return any(
            words[i - 1] == "->" and words[i] in members
            and (words[i + 1] in ASSIGNMENTS or words[i - 3] in ("++", "--"))
            for i in range(words.index("TASK_BEGIN"), len(words))
        )

    def leave(self, i):
        """The AWAIT at tokens[i]: the function returns, and is called again."""
        line = self.line_of(self.tokens[i][1])
        for variable, what in list(self.state.items()):
            if variable[0] == "&":
                self.found.setdefault(what, (variable[1], line))
                del self.state[variable]
            elif what == CHANGED:
                self.state[variable] = line
        self.cleaning = join(self.cleaning, self.state)

    # --- Expressions ---

    def closing(self, i):
        """Returns the index of the bracket that closes the one at i."""
        depth = 0
        for k in range(i, len(self.words)):
            depth += (self.words[k] in "([{") - (self.words[k] in ")]}")
            if depth == 0:
                return k
        raise Unknown

    def until(self, i, ends):
        """Returns the index of the first of `ends`, or of what closes the brackets around."""
        while self.words[i] not in ends and self.words[i] not in ")]}":
            i = (self.closing(i) if self.words[i] in "([{" else i) + 1
        return i

    def expression(self, i, end, function=""):
        """What tokens[i:end] do, from left to right; they are arguments of `function`."""
        argument = 0
        while i < end and self.state is not None:
            word = self.words[i]
            if word in "([{":
                close, before = self.closing(i), self.words[i - 1]
                called = word == "(" and before.isidentifier() and before
                self.expression(i + 1, close, called or function)
                i = close
            elif word == "sizeof":
                i = self.closing(i + 1) if self.words[i + 1] == "(" else self.until(i, ",;")
            elif word.isidentifier() and self.variable(i):
                i = self.mention(i, end, function, argument) - 1
            argument += word == ","
            i += 1

    def mention(self, i, end, function, argument):
        """tokens[i] is a variable. Returns the index at which to continue."""
        variable, words, before = self.variable(i), self.words, self.words[i - 1]
        after = i + 1
        while words[after] == "." or words[after] == "[" and (
            variable in self.arrays or after > i + 1
        ):
            if words[after] == "[":
                self.expression(after + 1, self.closing(after))
            after = after + 2 if words[after] == "." else self.closing(after) + 1
        whole, elsewhere = after == i + 1, words[after] in ("->", "[")
        if before == "*" and words[after] in ASSIGNMENTS - {"++", "--"}:
            self.use(variable, i)  # what it points to is assigned
        elif words[after] == "=":
            stop = min(self.until(after + 1, ",;"), end)
            self.expression(after + 1, stop)
            self.change(variable, words[after + 1 : stop] if whole else ())
            return stop
        elif before == "&" and words[i - 2] in "(,={;?:" and not elsewhere:
            self.change(variable)
            if function in KEEPERS and variable not in self.shared:
                self.state["&", variable] = self.tokens[i][1]
        elif words[after] in ASSIGNMENTS or before in ("++", "--") and not elsewhere:
            self.use(variable, i)
            self.change(variable)
        elif variable in self.arrays and whole:
            if function in READERS or function in WRITERS and argument > 0:
                self.use(variable, i)
            else:
                self.change(variable)
        elif words[i - 3 : i] != ["(", "void", ")"]:
            self.use(variable, i)
        return after

    # --- Declarations ---

    def is_declaration(self, i):
        star = self.words[i + 1] == "*"
        k = i + 1
        while self.words[k] == "*":
            k += 1
        return self.words[i] in TYPES or (
            self.words[i].isidentifier() and self.words[k].isidentifier()
            and (not star or self.words[k + 1] in "=;,[")
        )

    def declaration(self, i):
        static = self.words[i] == "static"
        following = self.words[i + 1]
        while following.isidentifier() or following in "*({" or self.words[i] in TYPES:
            i = (self.closing(i + 1) if following == "{" else i) + 1
            following = self.words[i + 1]
        while self.words[i] != ";":
            while self.words[i] in ("*", "(", "const"):
                i += 1
            variable, name = self.tokens[i], i
            i += self.words[i + 1] == ")"
            equals, stop = self.until(i + 1, "=,;"), self.until(i + 1, ",;")
            self.scopes[-1][self.words[name]] = variable
            if static:
                self.shared.add(variable)
            if self.words[name + 1] == "[":
                self.arrays.add(variable)
            self.expression(i + 1, stop)
            if self.state is not None:
                self.state.pop(variable, None)
                if equals < stop and not static:
                    self.change(variable, self.words[equals + 1 : stop])
            i = stop + (self.words[stop] == ",")
        return i + 1

    # --- Statements ---

    def statement(self, i):
        """Follows the statement at tokens[i]. Returns the index after it."""
        word = self.words[i]
        special = word.isidentifier() and getattr(self, "on_" + word.lower(), None)
        if special:
            return special(i)
        if word == "{":
            self.scopes.append({})
            i += 1
            while self.words[i] != "}":
                i = self.statement(i)
            self.scopes.pop()
            return i + 1
        if self.is_declaration(i):
            return self.declaration(i)
        end = self.until(i, ";")
        if word == "goto" or self.words[i + 1] == ":" or self.words[end] != ";":
            raise Unknown
        if self.words[i + 1] == "(" and self.words[self.closing(i + 1) + 1] == "{":
            raise Unknown  # a macro with a body
        self.expression(i, end)
        return end + 1

    def condition(self, i):
        """Follows the brackets at i. Returns the index after them."""
        end = self.closing(i)
        self.expression(i + 1, end)
        return end + 1

    def copy(self):
        return None if self.state is None else dict(self.state)

    def on_if(self, i):
        body = self.condition(i + 1)
        before, tested = self.copy(), self.tested
        self.tested = tested | {self.variable(k) for k in range(i + 2, body)}
        i = self.statement(body)
        self.tested = tested
        after, self.state = self.state, before
        if self.words[i] == "else":
            i = self.statement(i + 1)
        self.state = join(after, self.state)
        return i

    def loop(self, once, endless=False):
        """once() follows condition and body; returns the index after them, and the state
        if the condition does not hold.
        """
        leaves, start = None, CHANGED
        while self.state != start:
            start = self.copy()
            self.around.append({"break": None, "continue": None})
            i, at_end = once()
            leaves = join(leaves, self.around.pop()["break"])
            leaves = join(leaves, None if endless else at_end)
            self.state = join(start, self.state)
        self.state = leaves
        return i

    def body(self, i):
        i = self.statement(i)
        self.state = join(self.state, self.around[-1]["continue"])
        return i

    def on_while(self, i):
        body = self.closing(i + 1) + 1

        def once():
            self.condition(i + 1)
            at_end = self.copy()
            return self.body(body), at_end

        return self.loop(once, self.words[i + 2 : body - 1] in (["true"], ["1"]))

    def on_do(self, i):
        def once():
            after = self.condition(self.body(i + 1) + 1)
            return after + 1, self.copy()

        return self.loop(once)

    def on_for(self, i):
        close = self.closing(i + 1)
        self.scopes.append({})
        test = self.statement(i + 2)
        step = self.until(test, ";") + 1

        def once():
            self.expression(test, step - 1)
            at_end = self.copy()
            after = self.body(close + 1)
            self.expression(step, close)
            return after, at_end

        i = self.loop(once, endless=step == test + 1)
        self.scopes.pop()
        return i

    def on_switch(self, i):
        body = self.condition(i + 1)
        exits = {"break": None, "case": self.copy()}
        if "default" not in self.words[body : self.closing(body)]:
            exits["break"] = self.copy()
        self.around.append(exits)
        self.state = None
        i = self.statement(body)
        self.around.pop()
        self.state = join(self.state, exits["break"])
        return i

    def on_case(self, i):
        self.state = join(self.state, self.around[-1]["case"])
        return self.until(i, ":") + 1

    on_default = on_case

    def on_break(self, i):
        word = self.words[i]
        exits = next(each for each in reversed(self.around) if word in each)
        exits[word] = join(exits[word], self.state)
        self.state = None
        return i + 2

    on_continue = on_break

    def on_return(self, i):
        end = self.until(i, ";")
        self.expression(i + 1, end)
        self.state = None
        return end + 1

    # --- The macros of await.h ---

    def on_task_begin(self, i):
        self.begun = True
        for variable, value in self.initial.items():
            if RENEWED.intersection(value):
                self.state[variable] = CHANGED
        return self.until(i, ";") + 1

    def on_await(self, i):
        end = self.until(i, ";")
        self.expression(i + 2, end - 1)
        if self.state is not None:
            self.leave(i)
        return end + 1

    def on_await_catch(self, i):
        caught = self.until(i + 2, ",") + 1
        wait = self.until(caught, ",") + 1
        end = self.until(i, ";")
        self.expression(wait, end - 1)
        if self.state is not None:
            self.leave(i)
            if wait == caught + 2 and self.variable(caught):
                self.change(self.variable(caught), self.words[i:end])
            else:
                self.expression(caught, wait - 1)
        return end + 1

    def on_task_fail(self, i):
        end = self.until(i, ";")
        self.expression(i + 2, end - 1)
        self.cleaning = join(self.cleaning, self.state)
        self.state = None
        return end + 1

    on_task_return = on_task_fail

    def on_task_finally(self, i):
        self.state = join(self.state, self.cleaning)
        return self.until(i, ";") + 1


def tasks_in(text):
    """Yields the functions of a file that are tasks."""
    code = NOT_CODE.sub(lambda part: re.sub(r"[^\n]", " ", part[0]), text)
    tokens = [(match[0], match.start()) for match in TOKEN.finditer(code)]
    words = [word for word, _ in tokens]
    depth = begin = 0
    for i, word in enumerate(words):
        depth += (word == "{") - (word == "}")
        if word == "{" and depth == 1:
            begin = i
        elif word == "}" and depth == 0 and "TASK_BEGIN" in words[begin:i]:
            head = max((k for k in range(begin) if words[k] in ";}"), default=0)
            names = [words[k] for k in range(head, begin) if words[k + 1] in ",)"]
            yield Task(tokens[begin : i + 1], names, lambda at: code.count("\n", 0, at) + 1)


def warnings_in(name, text):
    lines = text.split("\n")
    for task in tasks_in(text):
        try:
            found = task.follow()
        except (Unknown, IndexError, KeyError, StopIteration, RecursionError):
            continue
        for offset, variable, line in found:
            number = text.count("\n", 0, offset)
            column = offset - text.rfind("\n", 0, offset)
            word = variable[0]
            what = "may be another task's after" if variable in task.shared else "does not survive"
            mark = re.sub(r"[^\t]", " ", lines[number][: column - 1]) + "^" + "~" * (len(word) - 1)
            yield (
                f"{name}:{number + 1}:{column}: warning: ‘{word}’ {what} the AWAIT on line "
                f"{line}: keep it in the task\n{number + 1:5} | {lines[number]}\n      | {mark}"
            )


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8", errors="replace") as source:
            for warning in warnings_in(path, source.read()):
                print(warning)
