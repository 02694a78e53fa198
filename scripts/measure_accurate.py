"""Cross-validate inside real train what vectors of an encoder bring beside n-grams, by task, scale and C."""

import argparse
import sys
from pathlib import Path

import numpy as np
from benchmarks.publishing import add_copies_option, failure, parse_with_copies
from train_models import OUTPUTS, row_weights
from training.recipe import Trials
from training.rows import RowWeights
from training.weights import WEIGHTS, WeightsRecipe

from weibo_nlp.benchmark.run import find_real_texts
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.features.encoders import create_encoder, vectors
from weibo_nlp.features.encoders.nano import NAME
from weibo_nlp.features.preparation import prepared
from weibo_nlp.models.storage import read_config
from weibo_nlp.models.weights import ACCURATE, FAST
from weibo_nlp.stats import count_metrics, paired_test

ROOT = Path(__file__).resolve().parent.parent
SCALES = (0.5, 1.0, 2.0)
C_GRID = (0.1, 0.25, 0.5)
AS_THEY_ARE = RowWeights()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    add_copies_option(parser)
    parser.add_argument("--weights", choices=WEIGHTS, action="append", help="may be repeated (default: all)")
    parser.add_argument("--task", action="append", default=[], help="may be repeated (default: all)")
    parser.add_argument("--scale", type=float, action="append", help=f"may be repeated (default: {SCALES})")
    parser.add_argument("--without", action="append", default=[], metavar="SOURCE", help="nothing is learnt of it")
    parser.add_argument("--encode-only", action="store_true", help="fill the cache of vectors, and measure nothing")
    given = parse_with_copies(parser)
    try:
        real = find_real_texts(open_release(ROOT / "corpus"), given.external)
        print("| weights | task | n | scale | C | n-grams | with vectors | more | p |")
        print("|---|---|---|---|---|---|---|---|---|")
        for name in given.weights or WEIGHTS:
            fast, accurate = (
                WeightsRecipe(name, real, given.external, without=given.without, mode=mode) for mode in (FAST, ACCURATE)
            )
            for spec in fast.specs:
                if given.task and spec.name not in given.task:
                    continue
                folder = OUTPUTS[name] / spec.name
                rows = fast.rows(spec).weighted(row_weights(folder))
                if given.encode_only:
                    examples = [*rows.examples, *fast.validation(spec).examples]
                    texts = [example.text for example in prepared(examples)]
                    vectors(create_encoder(NAME), texts, progress=lambda n: print(f"{n:,} encoded", file=sys.stderr))
                    continue
                base = Trials(rows, spec, fast.untrained(spec), 0)
                said = base.predictions(AS_THEY_ARE, read_config(folder)["C"])
                groups = [rows.groups[place] for place in base.held]
                metric = count_metrics(spec.labels)[spec.main_metric]
                for scale in given.scale or SCALES:
                    trials = Trials(rows, spec, accurate.untrained(spec).set_params(scale=scale), 0)
                    for strength in C_GRID:
                        new = trials.predictions(AS_THEY_ARE, strength)
                        test = paired_test(base.answers, new, said, groups, len(spec.labels), metric)
                        more, score = test.difference, trials.score(AS_THEY_ARE, strength)
                        bounds = "" if more.low is None else f" ({more.low:+.3f} to {more.high:+.3f})"
                        row = f"{name} | {spec.name} | {np.size(new):,} | {scale:g} | {strength:g}"
                        scores = f"{score - more.value:.3f} | {score:.3f} | {more.value:+.3f}{bounds}"
                        print(f"| {row} | {scores} | {test.p:.3f} |", flush=True)
    except WeiboNlpError as error:
        return failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
