"""Compare the figures of two JSON files, as two versions wrote them; print what differs, leaving with 1 if any does."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# What a run says of its time and machine is no figure of the corpus.
PASSED_OVER = {"seconds", "hardware", "package", "command"}
KEYS = ("set", "task", "protocol", "model", "slice", "value", "context", "depth", "edit", "shortcut", "annotator")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--tolerance", type=float, default=1e-9, help="of equal numbers")
    arguments = parser.parse_args()
    old, new = (json.loads(path.read_text("utf-8")) for path in (arguments.old, arguments.new))
    differences = list(differing(old, new, arguments.tolerance))
    for line in differences:
        print(line)
    print(f"{len(differences)} differences", file=sys.stderr)
    return 1 if differences else 0


def differing(old: Any, new: Any, tolerance: float, where: str = "") -> Iterator[str]:
    """Name every place where the new file lacks what the old one says, or says something else."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name, value in old.items():
            if name in PASSED_OVER:
                continue
            if name not in new:
                yield f"{where}.{name}: gone"
            else:
                yield from differing(value, new[name], tolerance, f"{where}.{name}")
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            yield f"{where}: {len(old)} entries became {len(new)}"
        for at, (one, other) in enumerate(zip(old, new, strict=False)):
            name = "/".join(str(one[key]) for key in KEYS if key in one) if isinstance(one, dict) else ""
            yield from differing(one, other, tolerance, f"{where}[{name or at}]")
    elif isinstance(old, float) and isinstance(new, int | float):
        if abs(old - new) > tolerance:
            yield f"{where}: {old!r} became {new!r}"
    elif old != new:
        yield f"{where}: {old!r} became {new!r}"


if __name__ == "__main__":
    sys.exit(main())
