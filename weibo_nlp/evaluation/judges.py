"""Who judged the corpus, and which systems are of the same family: they are scored in part against themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable

from weibo_nlp.corpus import Release
from weibo_nlp.io.names import printable_name

_ABOUT = re.compile(r"\s*[,;].*", re.DOTALL)
_WORDS = re.compile(r"[a-z]+")


def judge_families(release: Release) -> tuple[str, ...]:
    """Return the families of models that judged a release's texts, such as ``Claude (Anthropic)``, each once.

    What stands before the first comma of an annotator's ``model`` is its family; people have none.
    """
    models = dict.fromkeys(str(row["model"]) for row in release.rows("annotations") if row["model"])
    return tuple(dict.fromkeys(_ABOUT.sub("", model) for model in models))


def family_of(system: str, families: Iterable[str]) -> str | None:
    """Return the family of judges that a system says it is of: a word of the family stands in its name.

    Examples
    --------
    >>> family_of("endpoint:claude-x-1", ["Claude (Anthropic)"]), family_of("claudette", ["Claude (Anthropic)"])
    ('Claude (Anthropic)', None)
    """
    words = set(_WORDS.findall(system.lower()))
    return next((family for family in families if words & set(_WORDS.findall(family.lower()))), None)


def family_notes(systems: Iterable[str], families: Iterable[str]) -> tuple[str, ...]:
    """Return a sentence for each system that is of a family of judges."""
    families = tuple(families)
    return tuple(
        f"{printable_name(system)} is of the family of models that judged these texts, {family}: its score is in part "
        "agreement with itself, and beside other systems too high."
        for system in dict.fromkeys(systems)
        if (family := family_of(system, families)) is not None
    )
