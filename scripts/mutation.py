"""Put small faults into the code of five rooms, one at a time, and see which the rooms' quick tests do not notice.

Runs for half an hour on two cores, in copies of the repository. Leaves with 1 if a survivor has no reason in
scripts/mutation_testing/reasons.toml; the entries that are missing are printed, to be completed.
"""

import argparse
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from benchmarks.blocks import check_file, fill_file
from benchmarks.publishing import failure, names
from mutation_testing.runner import Outcome, run_mutants
from mutation_testing.sampling import ROOMS, draw, places_of_room
from mutation_testing.survivors import REASONS, markdown_block, outcomes_of, read_reasons, to_document, without_reason

import weibo_nlp
from weibo_nlp.errors import UsageError, WeiboNlpError
from weibo_nlp.io import atomic_path
from weibo_nlp.io.distinct import require_distinct

ROOT = Path(__file__).resolve().parent.parent
BLOCK = "survivors"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository")
    parser.add_argument("--n", type=int, default=400, help="mutants (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default: %(default)s)")
    parser.add_argument("--rooms", type=names, default=list(ROOMS), help=f"some of {','.join(ROOMS)} (default: all)")
    parser.add_argument("--jobs", type=int, default=2, help="tests at a time (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write every outcome to this file")
    parser.add_argument(
        "--from", dest="earlier", type=Path, help="take the outcomes that --json wrote, and run nothing"
    )
    parser.add_argument("--retry", action="store_true", help="with --from: run its survivors, and those only, again")
    parser.add_argument("--page", type=Path, help=f"put the figures between <!-- {BLOCK} --> and <!-- end --> of it")
    parser.add_argument("--reasons", type=Path, default=REASONS, help="why survivors survive (default: %(default)s)")
    given = parser.parse_args()
    try:
        return run(given)
    except WeiboNlpError as error:
        return failure(error)


def run(given: argparse.Namespace) -> int:
    if unknown := set(given.rooms) - set(ROOMS):
        raise UsageError(f"no room {', '.join(sorted(unknown))}; choose among {', '.join(ROOMS)}.")
    if given.retry and given.earlier is None:
        raise UsageError("--retry runs survivors again; name the file that --json wrote with --from.")
    earlier = [] if given.earlier is None else [given.earlier]
    require_distinct(
        {"--json": given.json, "--page": given.page}, [given.reasons, *earlier], [given.root / "weibo_nlp"]
    )
    if given.page:
        check_file(given.page, BLOCK)
    reasons = read_reasons(given.reasons)
    with nullcontext() if given.json is None else atomic_path(given.json) as temporary:
        document = outcome_document(given)
        if temporary is not None:
            temporary.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    block = markdown_block(document, reasons)
    print(block, end="")
    if given.page:
        fill_file(given.page, BLOCK, block)
    missing = without_reason(outcomes_of(document), reasons)
    print(missing, file=sys.stderr, end="")
    return 1 if missing else 0


def outcome_document(given: argparse.Namespace) -> dict[str, Any]:
    """Return an earlier run, one with its survivors run again, or a new one."""
    if given.earlier:
        document: dict[str, Any] = json.loads(given.earlier.read_text("utf-8"))
        if not given.retry:
            return document
        outcomes = outcomes_of(document)
        alive = [(o.room, o.mutant) for o in outcomes if o.killed_by is None]
        again = iter(run_mutants(given.root, alive, jobs=given.jobs, progress=shown))
        outcomes = [next(again) if o.killed_by is None else o for o in outcomes]
        return to_document(outcomes, document["places"], document["seed"], document["version"])
    places = {room: places_of_room(given.root, room) for room in given.rooms}
    drawn = [(room, m) for room, sample in draw(places, given.n, given.seed).items() for m in sample]
    outcomes = run_mutants(given.root, drawn, jobs=given.jobs, progress=shown)
    sizes = {room: len(found) for room, found in places.items()}
    return to_document(outcomes, sizes, given.seed, weibo_nlp.__version__)


def shown(outcome: Outcome) -> None:
    """Print a mutant and what became of it."""
    m, state = outcome.mutant, outcome.killed_by or "SURVIVED"
    print(f"{m.path}:{m.line} {m.operator}: {m.before[:100]} → {m.after[:100]}: {state}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
