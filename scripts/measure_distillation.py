"""What the linear model learns from an accurate one by unlabelled posts alone, scored on the public validation part.

    python scripts/measure_distillation.py --texts FILE --external PATH

FILE has posts that nobody has labelled, as JSON Lines with a text. The teacher, of n-grams and an encoder's vectors,
learns what the accurate weights do and is not calibrated by the validation part; beside the student stands the linear
model that learns the same labels. Posts that nearly repeat what is held back for tests or scored are left out.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.publishing import add_copies_option, failure, parse_with_copies, tell
from train_models import OUTPUTS, row_weights
from training.rows import TrainingRows
from training.weights import WEIGHTS, WeightsRecipe

from weibo_nlp.benchmark.run import find_real_texts
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.io import open_table
from weibo_nlp.models import LinearClassifier
from weibo_nlp.models.storage import read_config
from weibo_nlp.models.weights import ACCURATE, FAST
from weibo_nlp.profiling.duplicates import near_duplicates
from weibo_nlp.report.display import bounds, number, p_value
from weibo_nlp.stats import paired_test
from weibo_nlp.stats.metrics import confusion_matrix, macro_f1
from weibo_nlp.tasks.spec import TaskSpec
from weibo_nlp.training import distil_posts, read_labels
from weibo_nlp.training.posts import read_posts
from weibo_nlp.training.teacher import Teacher

ROOT = Path(__file__).resolve().parent.parent
HEADINGS = (
    "task", "posts learnt from", "as the teacher", "KL", "teacher", "linear, of labels", "student",
    "student less teacher", "student less linear",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_copies_option(parser)
    parser.add_argument("--texts", type=Path, required=True, help="posts that nobody has labelled")
    parser.add_argument("--posts", type=int, action="append", help="drawn from them; may be repeated (default: 8000)")
    parser.add_argument("--learnt", action="store_true", help="beside them, the texts that the teacher learnt from")
    parser.add_argument("--weights", choices=WEIGHTS, default="research")
    given = parse_with_copies(parser)
    sizes = given.posts or [8000]
    try:
        real = find_real_texts(open_release(ROOT / "corpus"), given.external)
        fast, accurate = (WeightsRecipe(given.weights, real, given.external, mode=mode) for mode in (FAST, ACCURATE))
        texts = [row.values["text"] for row in open_table(given.texts).rows()]
        random.Random(0).shuffle(texts)
        texts = texts[: max(sizes)]
        held_back = accurate.held_back_texts
        doubles = {later - len(held_back) for _, later, _ in near_duplicates([*held_back, *texts])}
        texts = [text for place, text in enumerate(texts) if place not in doubles]
        print(f"| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}")
        for spec in accurate.specs:
            rows = fast.rows(spec).weighted(row_weights(OUTPUTS[given.weights] / spec.name))
            tell(f"{spec.name}: learning from {len(rows):,} labels")
            teacher, linear = (_learnt(recipe, spec, rows) for recipe in (accurate, fast))
            beside = [each.text for each in rows.examples if given.learnt]
            for size in sizes:
                tell(f"{spec.name}: learning from {size:,} posts")
                figures = _measured(teacher, linear, spec, [*texts[:size], *beside], fast.validation(spec))
                print(f"| {spec.name} | {' | '.join(figures)} |", flush=True)
    except WeiboNlpError as error:
        return failure(error)
    return 0


def _learnt(recipe: WeightsRecipe, spec: TaskSpec, rows: TrainingRows) -> LinearClassifier:
    """Learn as the weights do, but for their calibration."""
    folder = OUTPUTS[recipe.name] / ("" if recipe.mode == FAST else recipe.mode) / spec.name
    model = recipe.untrained(spec).set_params(C=read_config(folder)["C"])
    return model.fit(rows.examples, rows.labels, rows.groups, sample_weight=rows.weights)


def _measured(
    teacher: LinearClassifier, linear: LinearClassifier, spec: TaskSpec, posts: Sequence[str], scored: TrainingRows
) -> Iterator[str]:
    gold = read_labels([each.text for each in scored.examples], scored.labels, groups=scored.groups)
    done = distil_posts(Teacher(teacher, task=spec.name), read_posts(posts), gold)
    codes = [spec.labels.index(label) for label in gold.labels]
    said = [model.predict_proba(gold.examples).argmax(axis=1) for model in (done.model, linear)]
    report, n_labels = done.report, len(spec.labels)
    yield f"{report.learnt:,}"
    for estimate in (report.fidelity.agreement, report.fidelity.kl):
        yield f"{number(estimate.value)} ({bounds(estimate)})"
    scores = (report.gold.teacher.main.value, macro_f1(confusion_matrix(codes, said[1], n_labels)))
    yield from (number(float(each)) for each in (*scores, report.gold.student.main.value))
    for test in (report.gold.test, paired_test(codes, *said, gold.groups.tolist(), n_labels, macro_f1)):
        difference = test.difference
        yield f"{number(difference.value, signed=True)} ({bounds(difference, signed=True)}), {p_value(test.p)}"


if __name__ == "__main__":
    sys.exit(main())
