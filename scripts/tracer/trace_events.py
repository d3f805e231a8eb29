"""A run as Chrome trace events, which Perfetto and chrome://tracing open."""


def name_of(run, event):
    kind = event["kind"]
    if kind in ("callback", "job") and event["function"] is not None:
        return run["functions"][event["function"]]["name"]
    if kind == "step":
        return run["tasks"][event["task"]]["name"]
    if kind == "pass":
        return f"pass {event['pass']}"
    return kind


def us(ns):
    return ns / 1000


def as_async(made, event, last):
    """A job: from its beginning to its end, which may be in another callback."""
    end = last if event["end"] is None else event["end"]
    made["id"] = event["job"]
    return [{**made, "ph": "b"}, {**made, "ph": "e", "ts": us(max(event["t"], end))}]


def trace(run):
    """Spans are complete events ("X"), jobs asynchronous ones ("b", "e"), and what
    happens in a moment is an instant of its thread ("i")."""
    pid = run["program"]["pid"]
    events = [
        {
            "ph": "M",
            "name": "process_name",
            "pid": pid,
            "tid": 0,
            "args": {"name": run["program"]["name"]},
        }
    ]
    for lane in run["lanes"]:
        events.append(
            {
                "ph": "M",
                "name": "thread_name",
                "pid": pid,
                "tid": lane["thread"],
                "args": {"name": lane["name"]},
            }
        )
    hidden = {"t", "lane", "kind", "end", "timers", "in"}
    for event in run["events"]:
        lane = run["lanes"][event["lane"]]
        made = {
            "name": name_of(run, event),
            "cat": event["kind"],
            "ts": us(event["t"]),
            "pid": pid,
            "tid": lane["thread"],
            "args": {key: value for key, value in event.items() if key not in hidden},
        }
        if "object" in event:
            made["args"]["object"] = run["objects"][event["object"]]["name"]
        if event["kind"] == "job":
            events += as_async(made, event, run["end"]["t"])
            continue
        if "end" in event:
            end = run["end"]["t"] if event["end"] is None else event["end"]
            made.update(ph="X", dur=us(max(0, end - event["t"])))
        else:
            made.update(ph="i", s="t")
        events.append(made)
    return {"displayTimeUnit": "ms", "traceEvents": events}
