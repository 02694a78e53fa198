"""Try a real Label Studio: two annotators in a headless Chromium answer our tasks, and the export is read back.

Label Studio and Selenium stand in a virtual environment of their own (`pip install label-studio==1.23.0 selenium`),
Chromium and its driver on the path (of Debian: chromium, chromium-driver).
"""

import argparse
import sys
import tempfile
from pathlib import Path

from label_studio_check.round_trip import PLAN, find_programs, round_trip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environment", type=Path, help="virtual environment that holds Label Studio and Selenium")
    parser.add_argument(
        "--folder", type=Path, help="new folder that keeps exports and screenshots (default: none is kept)"
    )
    arguments = parser.parse_args()
    programs, missing = find_programs(arguments.environment)
    if programs is None:
        print(f"cannot be checked here: {'; '.join(missing)}.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if arguments.folder is not None:
            folder = arguments.folder.resolve()
            folder.mkdir(parents=True)
        faults = round_trip(programs, folder)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(faults)} differences between what {len(PLAN)} annotators clicked and what was read back.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
