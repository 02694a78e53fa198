"""A ready spaCy pipeline for Weibo text: our tokenizer, spans, labels."""

from __future__ import annotations

import spacy
from spacy.language import Language

from weibo_nlp._version import __version__
from weibo_nlp.errors import UsageError
from weibo_nlp.integrations.spacy_components import LABELS, SPANS
from weibo_nlp.integrations.spacy_tokenizer import TOKENIZER, LexiconLike, WeiboTokenizer, words_of
from weibo_nlp.labelling.targets import Targets, targets_of
from weibo_nlp.models.weights import OPEN
from weibo_nlp.segmentation import Lexicon
from weibo_nlp.segmentation.registry import check_name
from weibo_nlp.text.plain import HtmlChoice, require_html_choice


def load_spacy(
    segmenter: str = "fast",
    lexicon: LexiconLike = None,
    labels: bool = True,
    target: Targets | None = None,
    *,
    html: HtmlChoice = "auto",
    weights: str = OPEN,
) -> Language:
    """Return a spaCy pipeline that reads Weibo text.

    Parameters
    ----------
    segmenter : str
        ``fast``, ``pkuseg``, ``jieba`` or ``char``.
    lexicon : Lexicon, iterable of str, Path or str, optional
        Words to keep whole, or a file with one word a line. ``nlp.to_disk`` and ``nlp.to_bytes`` save them;
        ``nlp.config`` holds no more than their digest, and a pipeline made from it alone refuses to cut texts.
    labels : bool
        Also label every Doc with topic, sentiment, irony and stance (component ``weibo_labels``).
    target : str or sequence of str, optional
        Stance target for every text, or several, as for :class:`weibo_nlp.labelling.Labeller`; by default the predicted
        topic's canonical one.
    html : bool or "auto"
        Whether texts are HTML, which the labels are then read from as text; by default each is looked at.
    weights : str
        Name of the weights of the shipped models.

    Returns
    -------
    spacy.language.Language
        For ``nlp(text)``, ``nlp.pipe(texts, n_process=2)``, ``nlp.to_disk(folder)`` and, later, ``spacy.load(folder)``.

    Raises
    ------
    UnknownNameError
        If there is no such segmenter.
    UsageError
        If a target is given without labels or is no text, `html` is none that is allowed, `labels` is neither True nor
        False, or the lexicon cannot be read.
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
    check_name(segmenter)
    if not isinstance(labels, bool):
        raise UsageError(f"labels must be True or False, got {labels!r:.40}.")
    if target is not None and not labels:
        raise UsageError(f"target {target!r} was given with labels=False; leave it out, or set labels=True.")
    targets_of(target)
    require_html_choice(html)
    words = words_of(lexicon)
    digest = Lexicon(words).digest() if words else None
    nlp = spacy.blank(
        "zh",
        config={"nlp": {"tokenizer": {"@tokenizers": TOKENIZER, "segmenter": segmenter, "lexicon_digest": digest}}},
        # What `spacy package` writes into the requirements of a pipeline made from this one.
        meta={"name": "weibo", "requirements": [f"weibo-nlp>={__version__}"]},
    )
    # Not through the configuration, where a hundred thousand words would be in everybody's way.
    nlp.tokenizer = WeiboTokenizer(nlp.vocab, segmenter, words)
    _ = nlp.tokenizer.engine  # made now rather than at the first text, so that a missing model is reported here
    nlp.add_pipe(SPANS)
    if labels:
        given = target if target is None or isinstance(target, str) else list(target)
        nlp.add_pipe(LABELS, config={"target": given, "html": html, "weights": weights})
    return nlp
