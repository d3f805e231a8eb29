"""Cuts a long run to a length that a page can show."""


def shorten(run, most):
    """The same run with at most about so many events: the first quarter of them, the
    last ones, what deserves attention, and the spans around all of these."""
    events = run["events"]
    if len(events) <= most:
        return run
    kept = set(range(most // 4)) | set(range(len(events) - most * 3 // 4, len(events)))
    for each in run["attention"]:
        kept.update(each["events"][:100])
    for index in list(kept):
        for field in ("in", "by"):
            around = events[index].get(field)
            while around is not None and around not in kept:
                kept.add(around)
                around = events[around].get("in")
    order = sorted(kept)
    place, made, before = {}, [], -1
    for index in order:
        if index != before + 1:
            gap = {"t": events[index]["t"], "lane": events[index]["lane"]}
            made.append({**gap, "kind": "gap", "count": index - before - 1})
        place[index] = len(made)
        made.append(events[index])
        before = index

    def moved(index):
        return place.get(index)

    for number, event in enumerate(made):
        made[number] = {
            key: moved(value) if key in ("in", "by") else value
            for key, value in event.items()
        }
    return {
        **run,
        "events": made,
        "tasks": [{**task, "by": moved(task["by"])} for task in run["tasks"]],
        "attention": [
            {**each, "events": [place[i] for i in each["events"] if i in place]}
            for each in run["attention"]
        ],
    }
