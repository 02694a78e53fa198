"""Print how well characters alone tell composed texts from real ones of the same lengths.

The gate is on posts: a thousand a side, the real ones from sets that no text was drawn from or filtered by. Beside it
stand two mixtures of real sets told from each other by the same judge, and each real set alone told from the gate's: a
set with a matter of its own, as ours is, is told apart by its matter, real or not.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks.publishing import failure
from composing.real_texts import DRAWN_FROM, GATE, RealText, real_texts
from composing.telling_apart import Separation, manner_of, mixture, separation

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import UsageError, WeiboNlpError
from weibo_nlp.io import atomic_path
from weibo_nlp.io.distinct import require_distinct
from weibo_nlp.records import Document
from weibo_nlp.release.sources import read_briefs
from weibo_nlp.report.display import bounds, number

ROOT = Path(__file__).resolve().parent.parent
A_SIDE = 1_000
EVERYDAY = "everyday-"  # texts on no event, whose matter is that of real sets more than events' is
SEED = 20_26
LEAST_ALONE = 500
"""Texts of a real set that is told from the gate's sets by itself."""
BOUND = 0.93
"""What the posts of a brief may reach; two mixtures of real sets reach as much."""


def our_texts(documents: Iterable[Document], kind: str) -> list[RealText]:
    """Composed texts of a kind with their threads; those of ``short-remarks`` are to a line and stand apart."""
    kept = (each for each in documents if each.kind == kind and each.event != "short-remarks")
    return [RealText(each.text, each.root or each.id) for each in kept]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus", help="release folder")
    parser.add_argument("--external", type=Path, default=os.environ.get("WEIBO_NLP_EXTERNAL"), help="copies of sets")
    parser.add_argument("--a-side", type=int, default=A_SIDE, help="texts a side (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="of draws and folds (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    arguments = parser.parse_args()
    try:
        if arguments.external is None:
            raise UsageError("real texts are needed; name the folder of your copies with --external.")
        require_distinct({"--json": arguments.json}, closed=[arguments.corpus, arguments.external])
        release = open_release(arguments.corpus)
        sets = real_texts(release, Path(arguments.external))
        brief_of = read_briefs(arguments.corpus.parent)
        documents = list(release.documents())
        parts = {"all": documents}
        for brief in sorted(set(brief_of.values())):
            parts[f"brief {brief}"] = [each for each in documents if brief_of.get(each.id) == brief]
            everyday = [each for each in parts[f"brief {brief}"] if (each.event or "").startswith(EVERYDAY)]
            parts |= {f"brief {brief}, everyday": everyday} if everyday else {}
        each, seed = arguments.a_side, arguments.seed
        # Three to choose from for each, so that partners of like length are found.
        gate, others, comments = (
            mixture(sets, names, 3 * each, seed) for names in (GATE, DRAWN_FROM["post"], DRAWN_FROM["comment"])
        )
        manners = [*map(manner_of, gate)]
        rows: dict[str, Separation] = {}
        for name, part in parts.items():
            rows[f"posts, {name}"] = separation(our_texts(part, "post"), gate, most=each, seed=seed)
            rows[f"posts, {name}: manner alone"] = separation(
                [*map(manner_of, our_texts(part, "post"))], manners, most=each, seed=seed
            )
            rows[f"comments, {name}"] = separation(our_texts(part, "comment"), comments, most=each, seed=seed)
        rows["real posts: the gate's sets and the others"] = separation(gate, others, most=each, seed=seed)
        rows["real posts: the same, manner alone"] = separation(
            manners, [*map(manner_of, others)], most=each, seed=seed
        )
        # What one real set comes to where ours would stand: it has a matter of its own, as ours has.
        for name in DRAWN_FROM["post"]:
            alone = mixture(sets, (name,), 3 * each, seed)
            if len(alone) >= LEAST_ALONE:
                rows[f"real posts, {name} alone"] = separation(alone, gate, most=each, seed=seed)
                rows[f"real posts, {name} alone: manner alone"] = separation(
                    [*map(manner_of, alone)], manners, most=each, seed=seed
                )
        halves = [mixture(sets, DRAWN_FROM["comment"][at::2], 3 * each, seed) for at in (0, 1)]
        rows["real comments: two sets and two others"] = separation(*halves, most=each, seed=seed)
    except WeiboNlpError as error:
        return failure(error)
    for name, row in rows.items():
        print(f"{name:46} AUC {number(row.auc.value)} ({bounds(row.auc)}), {row.n:,} a side")
    print(f"The posts of a brief may reach {number(BOUND)}.")
    if arguments.json:
        figures = {
            name: {"auc": row.auc.value, "low": row.auc.low, "high": row.auc.high, "n": row.n}
            for name, row in rows.items()
        }
        with atomic_path(arguments.json) as temporary:
            temporary.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
