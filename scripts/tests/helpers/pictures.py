"""What the pictures of a workbook show: a line each, without times.

usage: pictures.py DIRECTORY: of DIRECTORY/CHAPTER/pictures/*.svg
"""
import glob
import os
import re
import sys
import xml.etree.ElementTree as tree

SVG = "{http://www.w3.org/2000/svg}"
# Threads, a server or a second process decide what comes first in these, and so what
# still fits into the description: only their rows are compared.
UNORDERED = ("executor", "waiters", "deadlock", "one_client")


def words(svg, name):
    return ["".join(each.itertext()) for each in svg.iter(SVG + name)]


def steps(text):
    """The callbacks and tasks that ran; a row of equal ones is one."""
    text = text.removeprefix("In order: ").split(". ")[0].rstrip(".")
    found = [s for s in text.split(", ") if not s.startswith(("sleeps ", "…"))]
    return [s for n, s in enumerate(found) if n == 0 or s != found[n - 1]]


for path in sorted(glob.glob(f"{sys.argv[1]}/0*/pictures/*.svg")):
    svg = tree.parse(path).getroot()
    rows = [
        re.sub(r" \(fd.*", "", "".join(each.itertext()))
        for each in svg.iter(SVG + "text")
        if each.get("x") == "6"
    ][:-1]
    name = os.path.basename(path).removesuffix(".svg")
    shown = [] if name in UNORDERED else steps(words(svg, "desc")[0])
    where = os.path.relpath(path, sys.argv[1])
    print(f"{where} | {words(svg, 'title')[0]} | {', '.join(rows)} | {', '.join(shown)}")
