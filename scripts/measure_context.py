"""Cross-validate, over the threads that models learn from, what the texts above a text bring a label, by depth."""

import argparse
import sys
from pathlib import Path

from benchmarks.publishing import failure

from weibo_nlp.benchmark.context import context_ablation
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.stats.bootstrap import BootstrapConfig
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.tasks import corpus_tasks

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", action="append", default=[], help="may be repeated (default: all)")
    parser.add_argument("--model", help="registered model (default: linear, and stance for targets)")
    parser.add_argument("--folds", type=int, default=3)
    given = parser.parse_args()
    try:
        release = open_release(ROOT / "corpus")
        print("| task | context | depth | n | macro-F1 | more than own text | p (Holm) |")
        print("|---|---|---|---|---|---|---|")
        for spec in corpus_tasks(release.scheme, release.version, given.task):
            model = given.model or ("stance" if spec.targeted else "linear")
            for row in context_ablation(release, spec, model, bootstrap=BootstrapConfig(), folds=given.folds):
                more = "–" if row.difference is None else _signed(row.difference)
                p = "–" if row.p_holm is None else f"{row.p_holm:.3f}"
                print(
                    f"| {row.task} | {row.context} | {row.depth} | {row.n:,} | {row.score.value:.3f} | {more} | {p} |"
                )
                sys.stdout.flush()
    except WeiboNlpError as error:
        return failure(error)
    return 0


def _signed(estimate: Estimate) -> str:
    bounds = "" if estimate.low is None else f" ({estimate.low:+.3f} to {estimate.high:+.3f})"
    return f"{estimate.value:+.3f}{bounds}"


if __name__ == "__main__":
    sys.exit(main())
