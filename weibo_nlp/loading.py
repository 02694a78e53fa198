"""The door to the corpus: a configuration as it is shipped, or joined with texts that are not."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from weibo_nlp import _renamed, corpus
from weibo_nlp.corpus import schema
from weibo_nlp.errors import UsageError
from weibo_nlp.external.hydration import Hydrated, hydrate

if TYPE_CHECKING:
    import datasets
    import pandas as pd


@overload
def load_corpus(
    config: str = ...,
    *,
    split: str | None = ...,
    version: str | None = ...,
    format: Literal["pandas"] = ...,
    texts: Path | str | None = ...,
) -> pd.DataFrame: ...
@overload
def load_corpus(
    config: str = ...,
    *,
    split: str | None = ...,
    version: str | None = ...,
    format: Literal["datasets"],
    texts: Path | str | None = ...,
) -> datasets.Dataset: ...
def load_corpus(
    config: str = "documents",
    *,
    split: str | None = None,
    version: str | None = None,
    format: Literal["pandas", "datasets"] = "pandas",
    texts: Path | str | None = None,
    as_: Literal["pandas", "datasets"] | None = None,
) -> pd.DataFrame | datasets.Dataset:
    """Load a configuration of the shipped corpus, offline.

    Parameters
    ----------
    config : str
        ``documents``, or its parts ``articles``, ``posts`` and ``comments``; ``stances``, ``annotations``, ``real``,
        ``segmentation``, ``events`` or ``targets``.
    split : {"train", "validation", "test"}, optional
        One split; without it all splits, and a pandas frame then says in a column ``split`` which.
        The registers ``events`` and ``targets`` have ``train`` alone.
    version : str, optional
        Corpus version; an unknown one is an error that lists what there is.
    format : {"pandas", "datasets"}
        A DataFrame with label names, or a `datasets.Dataset` with ClassLabel columns.
    texts : Path or str, optional
        For ``real``, whose texts are not shipped: a folder with your copies of the published sets, or a list of texts,
        as `hydrate` takes them. The table then has a column ``text``, and no rows whose texts were not found; how many
        these are, a warning says. `hydrate` itself tells it by sets.
    as_ : {"pandas", "datasets"}, optional
        Old name of `format`.

    Returns
    -------
    pandas.DataFrame or datasets.Dataset
        One row a document, pair, judgement, text, sentence, event or target; of ``documents`` articles come first, then
        posts, then comments.

    Raises
    ------
    UnknownNameError
        For an unknown configuration, split or version, listing the known ones.
    UsageError
        For another format, and for `texts` where the texts are shipped or no such folder is there.

    Examples
    --------
    >>> import weibo_nlp
    >>> posts = weibo_nlp.load_corpus("posts", split="test")
    >>> sorted(set(posts["sentiment"]))
    ['negative', 'neutral', 'positive']
    """
    if as_ is not None:
        _renamed.warn("load_corpus(as_=…)", "load_corpus(format=…)")
        format = as_
    plain: Any = {"split": split, "version": version, "format": format}
    if texts is None:
        table: pd.DataFrame | datasets.Dataset = corpus.load_corpus(config, **plain)
        return table
    if config != schema.REAL:
        raise UsageError(f"texts= is for the configuration {schema.REAL!r}; {config!r} comes with its texts.")
    hydrated = hydrate(texts, version=version, split=split)
    if hydrated.missing:
        n_texts = len(hydrated.rows) + hydrated.missing
        warnings.warn(
            f"{hydrated.missing:,} of {n_texts:,} texts are not in {texts}, and their rows are left out; "
            "weibo_nlp.hydrate says of which sets.",
            stacklevel=2,
        )
    if format == "datasets":
        return _dataset(hydrated, version)
    if format != "pandas":
        raise UsageError(f'format={format!r}; choose "pandas" or "datasets".')
    return hydrated.table if split is None else hydrated.table.drop(columns="split")


def _dataset(hydrated: Hydrated, version: str | None) -> datasets.Dataset:
    import datasets

    release = corpus.open_release(version=version)
    features = schema.features(schema.REAL, release.scheme, release.schema_version)
    features["text"] = datasets.Value("string")
    return datasets.Dataset.from_list([{name: row[name] for name in features} for row in hydrated.rows], features)
