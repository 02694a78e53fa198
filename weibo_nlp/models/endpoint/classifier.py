"""The classifier: what scikit-learn's tools and this package see of a language model behind an address."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from weibo_nlp._version import __version__
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.names import printable, quoted
from weibo_nlp.io.remote import host_of, is_here, require_address
from weibo_nlp.models.base import Column, FloatArray, Texts, as_examples
from weibo_nlp.models.endpoint import spec as specs
from weibo_nlp.models.endpoint.asking import ask_all
from weibo_nlp.models.endpoint.cache import AnswerCache, answers_path, request_key
from weibo_nlp.models.endpoint.client import ChatClient
from weibo_nlp.models.endpoint.folder import mapping, restored_prompt, restored_shots, saved_prompt, saved_shots
from weibo_nlp.models.endpoint.hosts import tell_host
from weibo_nlp.models.endpoint.masks import sendable
from weibo_nlp.models.endpoint.parameters import require_parameters
from weibo_nlp.models.endpoint.plan import RequestPlan
from weibo_nlp.models.endpoint.prompts import prompt_for, read_prompt
from weibo_nlp.models.endpoint.replies import CUT_OFF, EndpointAnswer
from weibo_nlp.models.endpoint.shots import drawn_shots
from weibo_nlp.models.estimator import Arrays, TextClassifier
from weibo_nlp.records import Example

AT_ONCE = 1000  # examples whose messages are in memory together
_SAVED = (
    *("url", "model", "shots", "concurrency", "temperature", "max_tokens", "timeout", "extra_body"),
    *("send_raw", "save_examples"),
)
Messages = list[dict[str, str]]


class EndpointClassifier(TextClassifier):
    """Asks a language model behind an address for the label of each text; what it is sent leaves this machine.

    The model is sent a codebook in Chinese, the labels in words, and the author's own words of a text with handles,
    links, numbers and contacts masked; beside it the target, and what the text answers, where an example has them.
    Before the first text goes, a warning names the host. Answers are kept in the cache
    (:mod:`weibo_nlp.models.endpoint.cache`), and nothing is asked twice. Needs openai, in the extra ``[llm]``.

    Parameters
    ----------
    labels : sequence, optional
        Labels in the order of the columns; without them, those of the training data, sorted, or those of the prompt.
    url : str
        Base address, such as ``http://localhost:8080/v1``.
    model : str
        Name of the model there.
    task : str or Path, optional
        What is asked: a task of the scheme, or a file with a codebook of one's own. By default the task that has the
        labels, and otherwise no more than their names.
    shots : int
        Examples with their labels that stand before every text, drawn from the training data, as many of each label as
        can be. They are sent with every request.
    concurrency : int
        Requests under way at a time.
    temperature : float
        Of sampling; at 0, the likeliest answer.
    max_tokens : int
        Longest answer; one that is cut off there is none.
    timeout : float
        Seconds after which a request counts as lost, and is sent again.
    extra_body : mapping, optional
        Further fields of each request, as some servers want them: ``{"enable_thinking": False}``.
    send_raw : bool
        Send texts as they are, with everything that names people in them.
    save_examples : bool
        Let :meth:`save_pretrained` write the shots, which are texts of the training data. Without it, a model with
        shots is not saved.
    random_state : int or None
        Seed of the draw of shots.

    Attributes
    ----------
    classes_ : ndarray, shape (n_labels,)
        The labels.
    class_prior_ : ndarray, shape (n_labels,)
        Their shares in the training data, which stand for a text without an answer; equal without training data.
    prompt_ : Prompt
        What stands before every text.
    reading_context_ : bool
        That it reads what stands above a text.
    shots_ : tuple of (Example, int)
        The examples that were drawn, as they are sent, and the places of their labels.

    Notes
    -----
    The key, where the address asks for one, is read from the environment variable ``WEIBO_NLP_API_KEY`` when a request
    is sent, is neither kept nor shown, and never goes unencrypted to another machine. No other variable is heeded.

    A folder may come from anyone, and must not say where texts are sent: a model that was loaded asks a server on this
    machine by itself, and any other only where its address is given to :meth:`from_pretrained`.

    Examples
    --------
    >>> model = EndpointClassifier(("complaint", "praise"), url="http://localhost:8080/v1", model="qwen3")
    >>> model.fit([], []).classes_.tolist()
    ['complaint', 'praise']
    """

    kind = "endpoint"
    reading_context_ = True
    layout = MappingProxyType({"shares": ("F64", ("labels",))})

    def __init__(
        self,
        labels: Column = None,
        *,
        url: str | None = None,
        model: str | None = None,
        task: str | Path | None = None,
        shots: int = 0,
        concurrency: int = 4,
        temperature: float = 0.0,
        max_tokens: int = 256,
        timeout: float = 60.0,
        extra_body: Mapping[str, Any] | None = None,
        send_raw: bool = False,
        save_examples: bool = False,
        random_state: int | None = 0,
    ) -> None:
        self.labels = labels
        self.url, self.model, self.task, self.shots = url, model, task, shots
        self.concurrency, self.temperature = concurrency, temperature
        self.max_tokens, self.timeout, self.extra_body = max_tokens, timeout, extra_body
        self.send_raw, self.save_examples, self.random_state = send_raw, save_examples, random_state

    @classmethod
    def from_spec(cls, spec: str, labels: Column = None, **parameters: Any) -> Self:
        """Return an untrained model of a name.

        Parameters
        ----------
        spec : str
            Such as ``endpoint:http://localhost:8080/v1?model=qwen3``; see
            :func:`weibo_nlp.models.endpoint.spec.parameters` for its options.
        labels : sequence, optional
            What it answers with.
        **parameters
            Further ones, as of the class.

        Raises
        ------
        UsageError
            If the name or an option in it is none.
        """
        return cls(labels, **(specs.parameters(spec) | parameters))

    @property
    def name(self) -> str:  # type: ignore[override]
        """Kind and model; where it is served says nothing elsewhere."""
        return f"{self.kind}:{self.model}"

    @property
    def host(self) -> str:
        """Machine that texts are sent to."""
        return host_of(self.url or "")

    def fit(self, X: Texts, y: Iterable[Any], groups: Column = None, sample_weight: Column = None) -> Self:
        """Take labels and their shares from training data, and where they are asked for, examples; nothing is sent.

        With no texts at all, the labels of the parameter or of the task are enough.

        Raises
        ------
        DataError
            If what is given does not fit together, or there are no labels, or not enough texts for the shots.
        UsageError, UnknownNameError
            If a parameter cannot be what it is, or there is no such task or prompt, or it has other labels.
        """
        require_parameters(vars(self))
        labels = vars(self)["labels"]
        if labels is None and self.task is not None:
            labels = tuple(read_prompt(self.task)["labels"]) or None
        data = self._training_data(X, y, groups, sample_weight, labels)
        if not len(data.labels):
            raise DataError("there are no labels; give them as the parameter, in a prompt, or with texts.")
        prompt = prompt_for(self.task, [str(label) for label in data.labels.tolist()], raw=bool(self.send_raw))
        shots = drawn_shots(data, int(self.shots), self.random_state)
        shown = sendable([data.examples[place] for place in shots], raw=bool(self.send_raw))
        weights = np.bincount(data.codes, data.weights, minlength=len(data.labels)).astype(np.float64)
        self.class_prior_ = weights / weights.sum() if data.examples else np.full(len(weights), 1 / len(weights))
        self.prompt_ = prompt
        self.shots_ = tuple((each, int(data.codes[place])) for each, place in zip(shown, shots, strict=True))
        self.classes_, self.version_ = data.labels, __version__
        return self

    def ask(self, X: Texts) -> list[EndpointAnswer]:
        """Return what the model answers about each text; what was answered before comes from the cache.

        Raises
        ------
        NotFittedError
            If :meth:`fit` was not called.
        UsageError
            If openai is not installed, the cache cannot be written to, or no address is known.
        EndpointError
            If the address cannot be reached or refuses. What was answered until then is kept.

        Warns
        -----
        UserWarning
            Of the host, before anything is sent; and of what the server turns out not to take.
        """
        examples = self._askable(X)
        answers: list[EndpointAnswer] = []
        cache = AnswerCache(answers_path())
        for start in range(0, len(examples), AT_ONCE):
            requests = self._requests(examples[start : start + AT_ONCE])
            answers += self._answers(requests, cache)
        return answers

    def predict_proba(self, X: Texts) -> FloatArray:
        """Return probabilities, shape (n_texts, n_labels).

        They are the model's own where the server tells how likely its words were, otherwise all on the label that it
        answered; a text without an answer has ``class_prior_``.

        Raises
        ------
        NotFittedError, UsageError, EndpointError
            As of :meth:`ask`.

        Warns
        -----
        UserWarning
            As of :meth:`ask`; and of how many texts there is no answer.
        """
        answers = self.ask(X)
        places = {str(label): place for place, label in enumerate(self.classes_.tolist())}
        result = np.tile(self.class_prior_, (len(answers), 1))
        for row, answer in zip(result, answers, strict=True):
            if answer.probabilities is not None:
                row[:] = answer.probabilities
            elif answer.label is not None:
                row[:] = 0.0
                row[places[answer.label]] = 1.0
        if lacking := Counter(answer.outcome for answer in answers if answer.label is None):
            counts = ", ".join(f"{outcome} {count:,}" for outcome, count in sorted(lacking.items()))
            warnings.warn(
                f"{self.name} gave no label for {lacking.total():,} of {len(answers):,} texts ({counts}); "
                "the shares of the labels stand in their place.",
                stacklevel=2,
            )
        return result

    def plan(self, X: Texts, plan: RequestPlan | None = None) -> RequestPlan:
        """Return what asking would take, or add it to an earlier plan; nothing is sent.

        Raises
        ------
        NotFittedError, UsageError
            As of :meth:`ask`.
        """
        plan = RequestPlan(self.host, str(self.model)) if plan is None else plan
        self.answered_before(X, plan)
        return plan

    def answered_before(self, X: Texts, plan: RequestPlan | None = None) -> list[EndpointAnswer | None]:
        """Return the answers that are in the cache, None in the place of each other; nothing is sent.

        Parameters
        ----------
        X : iterable of str or Example
            Texts.
        plan : RequestPlan, optional
            To which it is added what asking would take.

        Raises
        ------
        NotFittedError, UsageError
            As of :meth:`ask`.
        """
        examples, cache = self._askable(X), AnswerCache(answers_path())
        answers: list[EndpointAnswer | None] = []
        for start in range(0, len(examples), AT_ONCE):
            requests = self._requests(examples[start : start + AT_ONCE])
            held = cache.read([*dict(requests)], self._label_names)
            if plan is not None:
                plan.add(requests, held)
            answers += [held.get(key) for key, _ in requests]
        return answers

    @classmethod
    def from_pretrained(cls, folder: str | Path, url: str | None = None) -> Self:
        """Read what :meth:`save_pretrained` wrote.

        Parameters
        ----------
        folder : str or Path
            Where it lies.
        url : str, optional
            Base address that is asked; not needed where that is this machine's.

        Raises
        ------
        DataError
            If files are missing, damaged, altered, or do not fit each other.
        UsageError
            If the folder is an empty name, or none, or the address is none.
        """
        model = super().from_pretrained(folder)
        if url is not None:
            require_address(url, "a language model")
            model.url = url
        return model

    @property
    def _label_names(self) -> list[str]:
        return [str(label) for label in self.classes_.tolist()]

    def _askable(self, X: Texts) -> list[Example]:
        self._require_fitted()
        if self.url is None and (served := vars(self).get("served_at_")) is not None:
            raise UsageError(
                f"the model was saved to ask {printable(served)}, and a folder must not say where texts are sent; if "
                f"they are to go there, load it by EndpointClassifier.from_pretrained(folder, url={served!r})."
            )
        require_parameters(vars(self))
        return as_examples(X)

    def _requests(self, examples: Sequence[Example]) -> list[tuple[bytes, Messages]]:
        names = self._label_names
        settings = {
            "url": str(self.url).rstrip("/"),
            "model": self.model,
            "temperature": float(self.temperature),
            "max_tokens": int(self.max_tokens),
            "extra_body": self.extra_body,
        }
        shots = [(example, names[place]) for example, place in self.shots_]
        words = [self.prompt_.words[name] for name in names]
        every = [self.prompt_.messages(example, shots) for example in sendable(examples, raw=bool(self.send_raw))]
        return [(request_key(settings, messages, [*names, *map(str, words)]), messages) for messages in every]

    def _answers(self, requests: Sequence[tuple[bytes, Messages]], cache: AnswerCache) -> list[EndpointAnswer]:
        names = self._label_names
        words = {name: self.prompt_.words[name] for name in names}
        distinct = dict(requests)
        held = cache.read([*distinct], names)
        missing = {key: messages for key, messages in distinct.items() if key not in held}
        if missing:
            cache.make()  # before anything is paid for
            client = ChatClient(
                str(self.url),
                str(self.model),
                temperature=float(self.temperature),
                max_tokens=int(self.max_tokens),
                timeout=float(self.timeout),
                extra_body=self.extra_body,
            )
            with client:
                tell_host(self.host, str(self.model))
                try:
                    new = ask_all(
                        missing,
                        lambda messages, stopped: client.answer(messages, words, stopped),
                        cache.write,
                        concurrency=int(self.concurrency),
                    )
                finally:
                    for note in client.notes():
                        warnings.warn(printable(note), stacklevel=4)
            held |= new
            if 2 * (n_cut := sum(answer.problem == CUT_OFF for answer in new.values())) > len(new):
                warnings.warn(
                    f"{n_cut:,} of {len(new):,} answers were cut off at max_tokens={self.max_tokens}; give a model "
                    "that thinks first more, as max_tokens=4000.",
                    stacklevel=4,
                )
        return [held[key] for key, _ in requests]

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        if self.shots_ and not self.save_examples:
            raise DataError(
                f"its {len(self.shots_)} shots are texts of the training data; set save_examples=True to write them "
                "into the folder"
            )
        saved: dict[str, Any] = {name: vars(self)[name] for name in _SAVED}
        saved["task"] = self.task.name if isinstance(self.task, Path) else self.task
        saved["random_state"] = self.random_state
        about = {"parameters": saved, "prompt": saved_prompt(self.prompt_), "shots": saved_shots(self.shots_)}
        return about, {"shares": self.class_prior_}

    def _restore(self, config: Mapping[str, Any], arrays: Arrays) -> None:
        parameters = mapping("parameters", config["parameters"])
        if parameters.keys() != {*_SAVED, "task", "random_state"}:
            raise DataError(f"parameters are {quoted([*parameters])}, which are others than a model has")
        for name, value in parameters.items():
            setattr(self, name, value)
        for name, kind in {"task": str, "random_state": int}.items():
            if not isinstance(parameters[name], kind | None):
                raise DataError(f"{name} is {quoted(parameters[name])}, which it cannot be")
        try:
            require_parameters(vars(self))
        except UsageError as error:
            raise DataError(str(error)) from None
        if not is_here(self.host):
            self.url, self.served_at_ = None, parameters["url"]
        self.class_prior_ = arrays["shares"]
        if (self.class_prior_ < 0).any() or not np.isclose(self.class_prior_.sum(), 1):
            raise DataError("shares are below 0, or do not sum to 1")
        self.prompt_ = restored_prompt(config["prompt"], self._label_names)
        self.shots_ = restored_shots(config["shots"], len(self.classes_))
