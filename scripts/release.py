"""Release a version of the corpus: every step from the sources to the checked release; run again, it goes on."""

import argparse
import sys
from pathlib import Path

from benchmarks.publishing import add_copies_option, failure
from releasing.repository import Repository
from releasing.steps import STEPS, Step

from weibo_nlp.errors import WeiboNlpError

ROOT = Path(__file__).resolve().parent.parent
NAMES = [step.name for step in STEPS]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", help="version of the release, as 0.3.1")
    parser.add_argument("--root", type=Path, default=ROOT, help="repository with corpus/ and annotations/")
    add_copies_option(parser)
    parser.add_argument("--skip", choices=NAMES, action="append", default=[], help="pass a step by; may be repeated")
    parser.add_argument("--until", choices=NAMES, default=NAMES[-1], help="last step that is taken")
    parser.add_argument("--dry-run", action="store_true", help="change nothing: say what each step would do")
    given = parser.parse_args()
    repository, at = Repository(given.root.resolve(), given.version, given.external), "the start"
    try:
        repository.require()
        for step in STEPS[: NAMES.index(given.until) + 1]:
            at = step.name
            state = state_of(step, repository, is_dry=given.dry_run, is_skipped=at in given.skip)
            print(f"{at:<10} {step.what}{state and f': {state}'}", flush=True)
            if not state:
                step.run(repository)
    except WeiboNlpError as error:
        code = failure(error)
        print(f"stopped at {at}; the same command goes on from there", file=sys.stderr)
        return code
    return 0


def state_of(step: Step, repository: Repository, *, is_dry: bool, is_skipped: bool) -> str:
    """Say why a step is not taken now; nothing where it is."""
    if is_skipped:
        return "passed by"
    if is_dry and step.name not in ("sources", "build") and not repository.is_built:
        return "once it is built"
    if step.is_done(repository):
        return "done"
    return "to do" if is_dry and step.name != "sources" else ""


if __name__ == "__main__":
    sys.exit(main())
