#!/usr/bin/python3
"""Makes of a recorded run one page that needs no network.

usage: scripts/tracer/page.py NAME.run.json... : writes NAME.html and NAME.svg beside it
"""
import html
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True

import layout  # noqa: E402
import picture  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
GET = "make page"


def bundle():
    """The page's script with its libraries in it, and None; or None and what is
    missing."""
    target = os.path.join(os.environ.get("BUILD", "build"), "page", "page.js")
    path = os.path.join(ROOT, target)
    modules = os.path.join(os.path.dirname(path), "node_modules", ".package-lock.json")
    if not os.path.exists(modules):
        return None, f"d3 is missing: {GET} installs it with npm into build/"
    if not is_newer(path):
        made = subprocess.run(
            ["make", "-s", "-C", ROOT, target], stdout=sys.stderr, check=False
        )
        if made.returncode:
            return None, f"{target} could not be made: {GET} shows why"
    with open(path, encoding="utf-8") as file:
        return file.read(), None


def is_newer(path):
    sources = os.path.join(HERE, "page")
    try:
        made = os.stat(path).st_mtime
        return all(
            os.stat(os.path.join(sources, file)).st_mtime < made
            for file in os.listdir(sources)
            if file.endswith((".js", ".json"))
        )
    except OSError:
        return False


def read(name):
    with open(os.path.join(HERE, "page", name), encoding="utf-8") as file:
        return file.read()


def as_json(value):
    """In a script element nothing may look like the end of it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def page(run, view, script):
    title = html.escape(" ".join(run["program"]["command"]))
    parts = {
        "title": title,
        "style": read("page.css"),
        "run": as_json(run),
        "view": as_json(view),
        "script": script.replace("</script", "<\\/script"),
    }
    made = read("page.html")
    for name in ("title", "style"):
        made = made.replace("{{" + name + "}}", parts[name])
    head, rest = made.split("{{run}}")
    middle, rest = rest.split("{{view}}")
    last, rest = rest.split("{{script}}")
    return "".join(
        (head, parts["run"], middle, parts["view"], last, parts["script"], rest)
    )


def write(run, path):
    """Writes PATH.svg and PATH.html. Returns the endings of what was written, and
    what is missing for the rest, or None."""
    made = layout.Layout(run)
    with open(f"{path}.svg", "w", encoding="utf-8") as file:
        file.write(picture.Picture(made).svg())
    script, missing = bundle()
    if missing:
        return ["svg"], missing
    with open(f"{path}.html", "w", encoding="utf-8") as file:
        file.write(page(run, made.view(), script))
    return ["html", "svg"], None


def main():
    if not sys.argv[1:] or sys.argv[1].startswith("-"):
        print(__doc__.strip(), file=sys.stdout if sys.argv[1:2] == ["-h"] else sys.stderr)
        sys.exit(0 if sys.argv[1:2] == ["-h"] else 2)
    for name in sys.argv[1:]:
        with open(name, encoding="utf-8") as file:
            run = json.load(file)
        _, missing = write(run, name.removesuffix(".run.json"))
        if missing:
            print(f"page: no page: {missing}", file=sys.stderr)
            sys.exit(1)


if __name__ == "__main__":
    main()
