"""Language models behind addresses among the models of a labeller: made from their names, asked, and planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from weibo_nlp.errors import UsageError
from weibo_nlp.io.names import quoted
from weibo_nlp.labelling.slots import Slot
from weibo_nlp.models.base import Classifier, Texts
from weibo_nlp.models.endpoint.hosts import is_told, sentence
from weibo_nlp.scheme import Task, load_scheme

if TYPE_CHECKING:
    from weibo_nlp.models.endpoint.classifier import EndpointClassifier

NOT_ASKED = "not asked"
"""Outcome, in a trial run, of a text that was not answered before."""


@runtime_checkable
class Asked(Protocol):
    """A model that may give no answer, and says so: it is asked instead of its probabilities being taken."""

    def ask(self, X: Texts) -> Sequence[Any]:  # noqa: N803 - as scikit-learn calls it
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


def with_endpoints(models: Mapping[str, Path | str], **parameters: Any) -> dict[str, Classifier | Path | str]:
    """Return models with the language models among them, which are there by their names, made.

    Raises
    ------
    UsageError
        As of :func:`named_endpoint`.
    """
    judged = load_scheme().judged
    return {
        name: named_endpoint(name, model, judged.get(name), **parameters) if isinstance(model, str) else model
        for name, model in models.items()
    }


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


class PlannedModel:
    """A language model in a trial run: says what it answered before, counts what it would be asked, and asks nothing.

    Parameters
    ----------
    model : EndpointClassifier
        The model.

    Attributes
    ----------
    plan : RequestPlan
        What asking would take.
    """

    def __init__(self, model: EndpointClassifier) -> None:
        self.model, self.classes_, self.concurrency = model, model.classes_, model.concurrency
        self.name, self.version = model.name, model.version
        self.plan = model.plan([])

    def ask(self, X: Texts) -> list[Any]:  # noqa: N803 - as scikit-learn calls it
        """Return the answers that are known, and in the place of each other that it was not asked for."""
        from weibo_nlp.models.endpoint import EndpointAnswer

        unknown = EndpointAnswer(None, NOT_ASKED)
        return [answer or unknown for answer in self.model.answered_before(X, self.plan)]

    def predict_proba(self, X: Texts) -> Any:  # noqa: N803
        """Refuse: what a trial run says is no probability.

        Raises
        ------
        UsageError
            Always.
        """
        raise UsageError("a planned model has no probabilities; ask the model itself.")


def host_sentences(models: Mapping[str, Classifier], n_texts: int) -> list[str]:
    """Say where texts will go, a sentence for each host and model; whoever asks for them tells the user.

    Parameters
    ----------
    models : mapping of str to classifier
        Task -> a model; others than language models send nothing.
    n_texts : int
        Texts that will be labelled.
    """
    from weibo_nlp.models.endpoint.classifier import EndpointClassifier

    found: dict[tuple[str, str, bool], None] = {}
    for model in models.values():
        if isinstance(model, EndpointClassifier):
            found[model.host, str(model.model), bool(model.send_raw)] = None
    for host, model_name, _ in found:
        is_told(host, model_name)
    return [sentence(host, model_name, n_texts, raw=raw) for host, model_name, raw in found]
