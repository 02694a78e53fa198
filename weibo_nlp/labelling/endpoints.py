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
from weibo_nlp.models.registry import load_model
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


def with_language_models(
    models: Mapping[str, Path | str], *, send_raw: bool, concurrency: int | None, dry_run: bool
) -> dict[str, Classifier]:
    """Return models that stand under their names or in folders, with what is asked of the language models among them.

    Parameters
    ----------
    models : mapping of str to Path or str
        Task -> a folder, or the name of a language model.
    send_raw : bool
        Send texts as they are.
    concurrency : int, optional
        Requests under way at a time.
    dry_run : bool
        Whether their requests are only counted.

    Raises
    ------
    UsageError
        As of :func:`named_endpoint`; or if one of these is asked for and there is no language model, or texts are to be
        sent as they are to one that was saved to be sent them masked.
    """
    given = {} if concurrency is None else {"concurrency": concurrency}
    judged = load_scheme().judged
    loaded = {
        name: named_endpoint(name, model, judged.get(name), send_raw=send_raw, **given)
        if isinstance(model, str)
        else load_model(model, task=name)
        for name, model in models.items()
    }
    if not (send_raw or given or dry_run):
        return loaded
    from weibo_nlp.models.endpoint.classifier import EndpointClassifier

    asked = {name: model for name, model in loaded.items() if isinstance(model, EndpointClassifier)}
    if not asked:
        raise UsageError(
            "--dry-run, --send-raw and --concurrency are for language models, and none is named; name one by --model "
            "topic=endpoint:URL?model=NAME."
        )
    for name, model in asked.items():
        if send_raw and not model.send_raw:
            raise UsageError(f"the model for {name!r} was saved to be sent masked texts; leave out --send-raw.")
        model.set_params(**given)
    return loaded


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

    Raises
    ------
    UsageError
        If a model was saved to ask another machine, and nobody named it since.
    """
    from weibo_nlp.models.endpoint.classifier import EndpointClassifier

    found: dict[tuple[str, str, bool], None] = {}
    for model in models.values():
        if isinstance(model, EndpointClassifier):
            model.plan([])  # which refuses a model without an address
            found[model.host, str(model.model), bool(model.send_raw)] = None
    for host, model_name, _ in found:
        is_told(host, model_name)
    return [sentence(host, model_name, n_texts, raw=raw) for host, model_name, raw in found]
