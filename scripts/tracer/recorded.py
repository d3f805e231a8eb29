"""Reads what the tracer has written: PID.record, whose form is in record.c."""
import collections
import mmap
import struct

MAGIC = b"see the loop 1\n\0"
NEVER = (1 << 64) - 1
KINDS = (
    "none loop_begin loop_end sleep_begin sleep_end fd_ready call_begin call_end"
    " repeat assign add del activate base_freed stop serves freed task_created"
    " task_ready step_begin step_end task_waits task_done task_left task_still"
    " job_step output bytes end"
).split()
CALLS = "event read write state accept accept_error tick step".split()
HEAD = struct.Struct("=16s6I2I3Q2I32s")
LANE = struct.Struct("=I28s")
SLOT = struct.Struct("=IHHQ6Q")

Record = collections.namedtuple("Record", "number kind lane time v")


class Recording:
    """One process's record: its records in order, and what the head says."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        fields = HEAD.unpack_from(data)
        if fields[0] != MAGIC:
            raise ValueError(f"{path} is no record of scripts/see")
        early, ring, lanes, texts, longest, head_size = fields[1:7]
        self.pid, self.parent = fields[7:9]
        self.began, self.real, written = fields[9:12]
        lane_count = min(fields[12], lanes)
        self.version = fields[14].split(b"\0")[0].decode()
        at = HEAD.size
        self.lanes = []
        for lane in range(lane_count):
            thread, name = LANE.unpack_from(data, at + lane * LANE.size)
            name = name.split(b"\0")[0].decode("utf-8", "replace")
            self.lanes.append((thread, name))
        at += lanes * LANE.size
        raw = data[at : at + texts * longest]
        self.texts = [
            raw[i : i + longest].split(b"\0")[0].decode("utf-8", "replace")
            for i in range(0, len(raw), longest)
        ]
        count = min(written, early + ring)
        self.dropped = written - count
        self.early = early
        slots = data[head_size : head_size + count * SLOT.size]
        found = [
            Record(number, KINDS[kind], lane, time, v)
            for number, kind, lane, time, *v in SLOT.iter_unpack(slots)
            if number and 0 < kind < len(KINDS)
        ]
        found.sort(key=lambda each: (each.time, each.number))
        self.records = found

    def text(self, number):
        return self.texts[number] if 0 < number < len(self.texts) else None
