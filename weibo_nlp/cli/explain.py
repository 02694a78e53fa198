"""``weibo-nlp explain``: what in a text speaks for a label, and what against it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from weibo_nlp.cli.options import JsonFile, input_path
from weibo_nlp.errors import UsageError

if TYPE_CHECKING:
    from weibo_nlp.models.explanation import Explanation

SHOWN_PIECES = 12
UNEXPLAINED = ("transformer", "multitask_transformer", "endpoint")
"""Kinds of models that are told from linear ones before anything is loaded."""


def explain(
    text: Annotated[str, Argument(metavar="text", help="The text, in quotation marks.")],
    task: Annotated[str, Option(help="Task of the model: topic, sentiment, irony or stance.")] = "topic",
    target: Annotated[str | None, Option(help="What the text is judged on, for stance.")] = None,
    parent: Annotated[str | None, Option(help="The text that it answers.")] = None,
    weights: Annotated[str, Option(help="Weights of the model: open, or installed ones, as research.")] = "open",
    model: Annotated[
        Path | None, Option(parser=input_path, metavar="FOLDER", help="A model of your own, in place of a task's.")
    ] = None,
    label: Annotated[str | None, Option(help="Label to explain; by default the most probable one.")] = None,
    against: Annotated[
        str | None, Option(help="Label that it is set against; by default the most probable of the others.")
    ] = None,
    json_file: JsonFile = None,
) -> None:
    """Show what in a text speaks for its label and against it.

    The model is linear, so that the figures are exact: all that the pieces add, and what is added before anything is
    read, is the log odds of the label against the other. What the overlapping n-grams of a text add is spread over
    their characters and shown by words. --json writes all words and n-grams.
    """
    from weibo_nlp.cli.output import writable, write_json
    from weibo_nlp.io.paths import is_folder
    from weibo_nlp.labelling.texts import read, read_parent, require_labelable
    from weibo_nlp.models import load_model
    from weibo_nlp.models.linear import LinearClassifier
    from weibo_nlp.models.storage import read_config
    from weibo_nlp.records import Example

    writable({"--json": json_file})
    if model is not None and is_folder(model) and (kind := read_config(model).get("model")) in UNEXPLAINED:
        raise UsageError(f"{model}: a {kind} is no linear model, and so explains nothing; name one that is linear.")
    classifier = load_model(task if model is None else model, weights)
    if not isinstance(classifier, LinearClassifier):
        name = getattr(classifier, "name", type(classifier).__name__)
        raise UsageError(f"the model {name!r} does not explain itself; name one that is linear.")
    if target is None and classifier.features_.with_target:
        raise UsageError("the model has learnt about targets; name one with --target.")
    reading, above = read(text, "auto"), read_parent(parent, "auto")
    require_labelable([reading], [above])
    about = target if classifier.features_.with_target else None
    explanation = classifier.explain(Example(reading.text, about, above.text or None, plain=True), label, against)
    _print(explanation)
    write_json(json_file, explanation.to_dict())


def _print(explanation: Explanation) -> None:
    from weibo_nlp.report.display import number
    from weibo_nlp.report.terminal import print_line, print_table

    label, other = explanation.label, explanation.other
    print_line(f"{label} {explanation.probability:.3f}, {other} {explanation.other_probability:.3f}")
    for field, text in explanation.texts.items():
        print_line(f"{field} as the model reads it: {text or '(nothing)'}")
    print_line(
        f"log odds of {label} over {other}: {number(explanation.log_odds, signed=True)}, of which "
        f"{number(explanation.intercept_over_other, signed=True)} before anything is read"
    )
    shown = explanation.contributions[:SHOWN_PIECES]
    rows: list[tuple[str, ...]] = [
        (each.field, each.piece, number(each.over_other, signed=True), number(each.for_label, signed=True))
        for each in shown
    ]
    if rest := explanation.contributions[SHOWN_PIECES:]:
        sums = [sum(getattr(each, name) for each in rest) for name in ("over_other", "for_label")]
        rows.append(("", f"{len(rest):,} others", *(number(value, signed=True) for value in sums)))
    print_line()
    print_table(("field", "piece", f"over {other}", f"for {label}"), rows, figures=(2, 3))
