"""Reading and normalising Weibo text, with every result tied to its place in the raw text.

The model is raw text, then spans, then pieces. :func:`parse` reads a text and marks it up without changing it: links,
mentions, hashtags, emoticons, and who speaks where (own words, quoted original, repost chain). :func:`normalise`
rewrites a text and keeps for each character its raw place. :func:`evasions` adds what evasive spellings mean.
"""

from weibo_nlp.text.evasion import Evasion, evasions
from weibo_nlp.text.grammar import PROTECTED_KINDS, ChainLink, Post, parse, protected_spans
from weibo_nlp.text.lexicon import DomainLexicon, domain_lexicon, emoticon_lexicon, evasion_lexicon
from weibo_nlp.text.markup import MARKUP_KINDS, DroppableKind, Markup, MarkupKind
from weibo_nlp.text.normalise import normalise
from weibo_nlp.text.offsets import Normalised, Offsets
from weibo_nlp.text.script import simplified, to_simplified

__all__ = [
    "MARKUP_KINDS",
    "PROTECTED_KINDS",
    "ChainLink",
    "DomainLexicon",
    "DroppableKind",
    "Evasion",
    "Markup",
    "MarkupKind",
    "Normalised",
    "Offsets",
    "Post",
    "domain_lexicon",
    "emoticon_lexicon",
    "evasion_lexicon",
    "evasions",
    "normalise",
    "parse",
    "protected_spans",
    "simplified",
    "to_simplified",
]
