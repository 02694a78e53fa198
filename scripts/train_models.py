"""Train weights on the corpus and on a user's copies of its public texts, and write them where they ship."""

import argparse
import sys
from pathlib import Path

from benchmarks.publishing import (
    add_copies_option,
    failure,
    parse_with_copies,
    tell,
)
from training.rows import RowWeights
from training.weights import WEIGHTS, WeightsRecipe

from weibo_nlp.benchmark.run import find_real_texts
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.models.storage import read_config
from weibo_nlp.models.weights import CONTEXT, DOMAIN, FAST, MODES, OPEN, RESEARCH

ROOT = Path(__file__).resolve().parent.parent
OUTPUTS = {
    OPEN: ROOT / "weibo_nlp" / "data" / "models",
    RESEARCH: ROOT / "scripts" / "research_weights" / "weibo_nlp_research" / "models",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    add_copies_option(parser)
    parser.add_argument("--weights", choices=WEIGHTS, action="append", help="may be repeated (default: all)")
    parser.add_argument("--task", action="append", default=[], help="may be repeated (default: all, and the domain)")
    parser.add_argument(
        "--mode",
        choices=(*MODES, CONTEXT),
        default=FAST,
        help="which models: of n-grams, those with vectors beside them, or those that read the texts above; the last "
        "two weigh rows as the fast ones there, or else as those that ship (default: fast)",
    )
    parser.add_argument("--output", type=Path, help="folder in which each weights get one; by default where they ship")
    given = parse_with_copies(parser)
    try:
        real = find_real_texts(open_release(ROOT / "corpus"), given.external)
        for name in given.weights or WEIGHTS:
            folder = OUTPUTS[name] if given.output is None else given.output / name
            recipe = WeightsRecipe(name, real, given.external, mode=given.mode)
            for spec in recipe.specs:
                if not given.task or spec.name in given.task:
                    fast = folder if (folder / spec.name).is_dir() else OUTPUTS[name]
                    weights = None if given.mode == FAST else row_weights(fast / spec.name)
                    trained = recipe.train(spec, row_weights=weights, progress=tell)
                    place = folder if given.mode == FAST else folder / given.mode
                    trained.model.save_pretrained(place / spec.name)
                    print(f"{name}\t{spec.name}\t{trained.model.trained_on_['rows']}", flush=True)
            if given.mode == FAST and (not given.task or DOMAIN in given.task):
                recipe.domain().save_pretrained(folder / DOMAIN)
                print(f"{name}\t{DOMAIN}", flush=True)
    except WeiboNlpError as error:
        return failure(error)
    return 0


def row_weights(folder: Path) -> RowWeights:
    """What rows weighed for a fast model."""
    return RowWeights(**read_config(folder)["trained_on"]["row_weights"])


if __name__ == "__main__":
    sys.exit(main())
