"""Words of a page in one language: sentences by their key, and names of columns, labels and periods."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from markupsafe import Markup

from weibo_nlp.errors import UnknownNameError
from weibo_nlp.io.yaml_file import read_yaml
from weibo_nlp.report import display
from weibo_nlp.report.colours import base_column

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
_PATH = Path(__file__).with_name("words.yaml")


class Words:
    """What a page says, in one language.

    Parameters
    ----------
    language : {"en", "zh"}
        English or Chinese.

    Raises
    ------
    UnknownNameError
        If it is another language.
    """

    def __init__(self, language: Language) -> None:
        if language not in LANGUAGES:
            raise UnknownNameError("language", language, LANGUAGES)
        self.language: Language = language
        self._words = all_words()

    def __call__(self, key: str, **values: object) -> Markup:
        """Return a sentence as HTML; values are escaped unless they are HTML."""
        return Markup.escape(self._words[key][self.language]).format(**values)

    def text(self, key: str, **values: object) -> str:
        """Return a sentence as plain text, as for a figure."""
        return str(self._words[key][self.language].format(**values))

    def name(self, group: str, key: str) -> str:
        """Return the name of something in a group such as ``periods``; what is not known is called what it is."""
        known = self._words[group].get(key)
        return key if known is None else str(known[self.language])

    def column(self, name: str) -> str:
        """Return what a column of labels, or of groups, is called; of the second stance column, ``Stance 2``."""
        base = base_column(name)
        known = self.name("columns", base)
        return name if known == base else f"{known}{name.removeprefix(base).replace('_', ' ')}"

    def label(self, column: str, label: str) -> str:
        """Return what a label of a column is called."""
        key = f"{base_column(column)}.{label}"
        known = self.name("labels", key)
        return label if known == key else known

    def shown(self, text: object, limit: int = display.NAME_LIMIT, *, lines: bool = False) -> Markup:
        """Return a text from data as HTML, as :func:`weibo_nlp.report.display.visible` does, in this language."""
        return display.visible(text, limit, lines=lines, more=self.text("more_characters"))


@cache
def all_words() -> Mapping[str, Mapping[str, Any]]:
    """Return all words by key, each in every language; groups of names by key and name."""
    words: Mapping[str, Mapping[str, Any]] = read_yaml(_PATH, "words of a page")
    return words
