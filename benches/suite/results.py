"""The records of a run, and how their numbers are written."""


class Results:
    """Records by pass, case and peer. Peers whose results differ from losskit's are kept apart and never quoted."""

    def __init__(self, records):
        self.records = records
        self.table, self.refused = {}, []
        for record in records:
            if record["note"]:
                self.refused.append(record)
            else:
                self.table.setdefault((record["pass"], record["case"]), {})[record["peer"]] = record

    def cases(self, name, **wanted):
        """losskit's record of each case of a pass, with the peers beside it: those whose fields are as wanted."""
        for (its, _), peers in self.table.items():
            ours = peers.get("losskit")
            if its == name and ours and all(ours[key] == value for key, value in wanted.items()):
                yield ours, peers


def share(record):
    """Bytes over time, as a part of what the probe moved in the same rounds; None in the caches."""
    return record["bytes"] / record["seconds"] / record["limit"] if record["limit"] else None


def percent(part):
    """Two digits at least where there are so many; nothing for none."""
    return "" if part is None else f"{part * 100:.{1 if part < 0.0995 else 0}f} %"


def duration(seconds):
    """Three digits with their unit."""
    for factor, unit in ((1e9, "ns"), (1e6, "µs"), (1e3, "ms"), (1, "s")):
        if seconds * factor < 999.5 or unit == "s":
            number = seconds * factor
            return f"{number:.{2 if number < 9.995 else 1 if number < 99.95 else 0}f} {unit}"


def times(ratio):
    return f"{ratio:.{2 if ratio < 9.995 else 1 if ratio < 99.95 else 0}f}×"


def grid(head, rows):
    """A table in Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
