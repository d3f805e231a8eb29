"""Finds the function, file and line of an address in a program that has ended."""
import bisect
import os
import re
import shutil
import struct
import subprocess

LOAD = 1
SYMBOL_TABLES = (2, 11)  # all of them; those that other modules may use
FUNCTIONS = (2, 10)


class Module:
    """A program or library that was mapped."""

    def __init__(self, path):
        self.path = path
        self.parts = []  # of the file: (offset, size, address)
        self.functions = None  # (address, size, name), once they were asked for
        try:
            with open(path, "rb") as file:
                self.read_parts(file)
        except (OSError, struct.error):
            pass

    def read_parts(self, file):
        head = file.read(64)
        if head[:5] != b"\x7fELF\2":
            return
        start = struct.unpack_from("<Q", head, 32)[0]
        size, count = struct.unpack_from("<HH", head, 54)
        file.seek(start)
        table = file.read(size * count)
        for at in range(0, size * count, size):
            kind, _, offset, address, _, length = struct.unpack_from(
                "<IIQQQQ", table, at
            )
            if kind == LOAD:
                self.parts.append((offset, length, address))

    def address(self, offset):
        """The address that debug information calls it by, or None."""
        for start, length, address in self.parts:
            if start <= offset < start + length:
                return offset - start + address
        return None

    def read_functions(self):
        """From the symbol tables, sorted."""
        with open(self.path, "rb") as file:
            data = file.read()
        start = struct.unpack_from("<Q", data, 40)[0]
        size, count = struct.unpack_from("<HH", data, 58)
        tables = [
            struct.unpack_from("<IIQQQQIIQQ", data, start + size * number)
            for number in range(count)
        ]
        for table in tables:
            if table[1] not in SYMBOL_TABLES:
                continue
            names = tables[table[6]][4]
            for at in range(table[4], table[4] + table[5], 24):
                name, info, _, _, address, length = struct.unpack_from(
                    "<IBBHQQ", data, at
                )
                if info & 15 in FUNCTIONS and address and length:
                    end = data.index(b"\0", names + name)
                    text = data[names + name : end].decode("utf-8", "replace")
                    self.functions.append((address, length, text))
        self.functions.sort()

    def name(self, address):
        """Of the function at that address, or None if no symbol covers it."""
        if self.functions is None:
            self.functions = []
            try:
                self.read_functions()
            except (OSError, struct.error, ValueError, IndexError):
                pass
        at = bisect.bisect_right(self.functions, (address, 1 << 64)) - 1
        if at >= 0:
            start, length, name = self.functions[at]
            if address < start + length:
                return name
        return None

    @property
    def is_library(self):
        return re.search(r"\.so(\.|$)", os.path.basename(self.path)) is not None


class Symbols:
    """Of one process. Ask for all addresses first, so that addr2line runs once
    for each module."""

    def __init__(self, maps, root):
        self.root = root
        self.modules = {}
        self.starts, self.ends, self.offsets, self.paths = [], [], [], []
        self.known = {}
        try:
            with open(maps, errors="replace") as lines:
                for line in lines:
                    self.add_mapping(line)
        except OSError:
            pass

    def add_mapping(self, line):
        words = line.rstrip("\n").split(maxsplit=5)
        if len(words) < 6 or not words[5].startswith("/"):
            return
        start, end = (int(word, 16) for word in words[0].split("-"))
        self.starts.append(start)
        self.ends.append(end)
        self.offsets.append(int(words[2], 16))
        self.paths.append(words[5])

    def place(self, address):
        """The module and the address in it, or (None, None)."""
        at = bisect.bisect_right(self.starts, address) - 1
        if at < 0 or address >= self.ends[at]:
            return None, None
        path = self.paths[at]
        if path not in self.modules:
            self.modules[path] = Module(path)
        module = self.modules[path]
        offset = address - self.starts[at] + self.offsets[at]
        return module, module.address(offset)

    def learn(self, addresses):
        asked = {}
        for address in set(addresses) - set(self.known):
            module, inside = self.place(address)
            self.known[address] = (self.unnamed(module, inside), None, None)
            if inside is not None:
                asked.setdefault(module.path, []).append((address, inside))
        for path, pairs in asked.items():
            self.ask(path, pairs)

    @staticmethod
    def unnamed(module, inside):
        if not module:
            return "?"
        name = os.path.basename(module.path)
        if name.startswith("libevent"):
            return "libevent"
        return f"{name}+{inside:#x}" if inside is not None else name

    def ask(self, path, pairs):
        tool = shutil.which("addr2line")
        if not tool:
            return
        lines = subprocess.run(
            [tool, "-f", "-e", path],
            input="".join(f"{inside:#x}\n" for _, inside in pairs),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        ).stdout.splitlines()
        for (address, inside), name, where in zip(pairs, lines[::2], lines[1::2]):
            file, _, line = where.partition(" ")[0].rpartition(":")
            number = int(line) if line.isdigit() else 0
            if file.startswith("?") or not number:
                name = self.modules[path].name(inside)
                self.known[address] = (name or self.known[address][0], None, None)
            else:
                self.known[address] = (name, self.shorten(file), number)

    def shorten(self, file):
        """The path from the workbook's root, if it is in there."""
        file = os.path.normpath(file)
        inside = os.path.relpath(file, self.root)
        return file if inside.startswith("../") else inside

    def function(self, address):
        """(name, file, line), each None or "?" if it is not known."""
        if address not in self.known:
            self.learn([address])
        return self.known[address]

    def is_tracer(self, address):
        module, _ = self.place(address)
        return bool(module and os.path.basename(module.path) == "tracer.so")

    def is_own(self, address):
        """Whether it belongs to the program, not to a library."""
        module, _ = self.place(address)
        return bool(module and not module.is_library)


def last_line(lines, first):
    """Where a function ends that begins there: at the next "}" in column 1."""
    for number in range(first, min(len(lines), first + 1000) + 1):
        if lines[number - 1].startswith("}"):
            return number
    return None
