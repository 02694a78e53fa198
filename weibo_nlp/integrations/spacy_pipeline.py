"""A ready spaCy pipeline for Weibo text: our tokenizer, spans, labels."""

from __future__ import annotations

import spacy
from spacy.language import Language

from weibo_nlp._version import __version__
from weibo_nlp.errors import UsageError
from weibo_nlp.integrations.spacy_components import LABELS, SPANS
from weibo_nlp.integrations.spacy_tokenizer import TOKENIZER, LexiconLike, WeiboTokenizer


def load_spacy(
    segmenter: str = "fast", lexicon: LexiconLike = None, labels: bool = True, target: str | None = None
) -> Language:
    """Return a spaCy pipeline that reads Weibo text.

    Parameters
    ----------
    segmenter : str
        ``fast``, ``pkuseg``, ``jieba`` or ``char``.
    lexicon : Lexicon, iterable of str, Path or str, optional
        Words to keep whole, or a file with one word a line. Saved with the pipeline.
    labels : bool
        Also label every Doc with topic, sentiment, irony and stance (component ``weibo_labels``).
    target : str, optional
        Stance target for every text; by default the predicted topic's canonical one.

    Returns
    -------
    spacy.language.Language
        For ``nlp(text)``, ``nlp.pipe(texts, n_process=2)``, ``nlp.to_disk(folder)`` and, later, ``spacy.load(folder)``.

    Raises
    ------
    UnknownNameError
        If there is no such segmenter.
    UsageError
        If a target is given without labels, or the lexicon cannot be read.
    DataError
        If the lexicon holds what is no word, or the segmenter's model is not there.

    Examples
    --------
    >>> nlp = load_spacy("char", labels=False)
    >>> doc = nlp("#话题#好[doge]")
    >>> [token.text for token in doc]
    ['#话题#', '好', '[doge]']
    >>> [(span.text, span.label_) for span in doc.spans["weibo"]]
    [('#话题#', 'HASHTAG'), ('[doge]', 'EMOTICON')]
    """
    if target is not None and not labels:
        raise UsageError(f"target {target!r} was given with labels=False; leave it out, or set labels=True.")
    nlp = spacy.blank(
        "zh",
        config={"nlp": {"tokenizer": {"@tokenizers": TOKENIZER, "segmenter": segmenter}}},
        # What `spacy package` writes into the requirements of a pipeline made from this one.
        meta={"name": "weibo", "requirements": [f"weibo-nlp>={__version__}"]},
    )
    # Not through the configuration, where a hundred thousand words would be in everybody's way.
    nlp.tokenizer = WeiboTokenizer(nlp.vocab, segmenter, lexicon)
    _ = nlp.tokenizer.engine  # made now rather than at the first text, so that a missing model is reported here
    nlp.add_pipe(SPANS)
    if labels:
        nlp.add_pipe(LABELS, config={"target": target})
    return nlp
