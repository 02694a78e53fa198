"""Language models behind addresses among the models of a labeller: made from their names, asked, and planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from weibo_nlp.errors import UsageError
from weibo_nlp.io.names import quoted
from weibo_nlp.labelling.slots import Slot
from weibo_nlp.models.base import Classifier, Texts
from weibo_nlp.scheme import Task

OUTCOME_NOT_ASKED = "not asked"
"""What a plan says of a text whose answer is not there yet."""


@runtime_checkable
class Asked(Protocol):
    """A model that may give no answer, and says so: it is asked instead of its probabilities being taken."""

    def ask(self, X: Texts) -> Sequence[Any]:
        """Return an answer for each text, as :class:`weibo_nlp.models.endpoint.EndpointAnswer` is one."""


def named_endpoint(name: str, spec: str, task: Task | None, **parameters: Any) -> Classifier:
    """Return the model of a name such as ``endpoint:URL?model=NAME``, ready to be asked; nothing is sent.

    Parameters
    ----------
    name : str
        What it labels.
    spec : str
        As :func:`weibo_nlp.models.endpoint.spec.parameters` reads it.
    task : Task, optional
        The task of the scheme that has the name.
    **parameters
        Further ones of :class:`weibo_nlp.models.endpoint.EndpointClassifier`.

    Raises
    ------
    UsageError
        If the name or an option is none, or a label of one's own has no prompt.
    """
    from weibo_nlp.models.endpoint import EndpointClassifier  # scikit-learn takes a second

    model = EndpointClassifier.from_spec(spec, **parameters)
    if model.task is None:
        if task is None:
            raise UsageError(
                f"nothing says what {quoted(name)} is, so that {quoted(spec)} could be asked for it; name a file with "
                "a codebook, as endpoint:URL?model=NAME&prompt=FILE, or a task, as &task=topic."
            )
        model.task = task.name
    return model.fit([], [])


def filled(
    row: dict[str, Any], slot: Slot, answer: Any, labels: Sequence[str], least: float, *, all_scores: bool
) -> None:
    """Put an answer into a row: without a label, and without a score where nothing tells how likely it is.

    Parameters
    ----------
    row : dict
        Column -> value.
    slot : Slot
        Which columns.
    answer : EndpointAnswer
        What the model answered.
    labels : sequence of str
        Of the model, in its order.
    least : float
        A label less probable than that is left out.
    all_scores : bool
        Whether the probability of every label has a column.
    """
    if slot.outcome is not None:
        row[slot.outcome] = answer.outcome
    if answer.label is None:
        return
    label = slot.task.to_label(answer.label)
    row[slot.label] = slot.task.to_stored(label)
    if (probabilities := answer.probabilities) is None:
        return
    of_label = dict(zip(labels, probabilities, strict=True))
    row[slot.score] = of_label[slot.task.labels[-1]] if slot.task.stored == "bool" else of_label[label]
    if of_label[label] < least:
        row[slot.label] = None
    if all_scores:
        row.update((slot.probability(name), value) for name, value in of_label.items())


def hosts(models: Mapping[str, Classifier]) -> dict[tuple[str, str, bool], list[str]]:
    """Host, name and rawness of the language models among models -> what each is asked for."""
    from weibo_nlp.models.endpoint import EndpointClassifier

    found: dict[tuple[str, str, bool], list[str]] = {}
    for name, model in models.items():
        if isinstance(model, EndpointClassifier):
            found.setdefault((model.host, str(model.model), bool(model.send_raw)), []).append(name)
    return found
