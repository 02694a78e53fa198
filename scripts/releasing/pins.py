"""Places outside of the corpus in which its version is written down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from weibo_nlp.errors import DataError
from weibo_nlp.io import atomic_path


@dataclass(frozen=True)
class Pin:
    """A line of a file that names the version.

    Attributes
    ----------
    file : str
        Path below the repository.
    pattern : str
        Regular expression with what stands before and behind the version as groups, found once in the file.
    """

    file: str
    pattern: str

    def version(self, root: Path) -> str | None:
        """Return what is written there; None where there is no such file.

        Raises
        ------
        DataError
            If the line is not there, or stands twice.
        """
        found = self._found(root)
        return None if found is None else found["version"]

    def write(self, root: Path, version: str) -> None:
        """Write a version in the place of what is there."""
        found = self._found(root)
        if found is None or found["version"] == version:
            return
        with atomic_path(root / self.file) as temporary:
            text = found.string
            temporary.write_text(text[: found.start("version")] + version + text[found.end("version") :], "utf-8")

    def _found(self, root: Path) -> re.Match[str] | None:
        path = root / self.file
        if not path.exists():
            return None
        found = list(re.finditer(self.pattern, path.read_text("utf-8"), re.MULTILINE))
        if len(found) != 1:
            raise DataError(
                f"{path}: the version of the corpus is expected once, as {self.pattern}; found {len(found)}."
            )
        return found[0]


PINS = (
    Pin("scripts/lm_eval/_logits_yaml", r'^  corpus_version: "(?P<version>[^"]+)"'),
    Pin("scripts/build_corpus.py", r'^VERSION = "(?P<version>[^"]+)"$'),
    Pin("DATA_CARD.md", r"^Version (?P<version>\S+) · scheme"),
)
