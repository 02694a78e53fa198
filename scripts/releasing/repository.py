"""A repository about to release its corpus: where its files lie, and which version is to be made of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from weibo_nlp.corpus import open_release
from weibo_nlp.corpus.manifest import MANIFEST
from weibo_nlp.corpus.release import OLDER, Release, older_versions, version_key
from weibo_nlp.errors import UsageError
from weibo_nlp.release.build import input_checksums
from weibo_nlp.release.sources import Sources, read_sources


@dataclass(frozen=True)
class Repository:
    """A clone, and the version of the corpus that is to be released from it.

    Parameters
    ----------
    root : Path
        ``corpus/`` and ``annotations/`` lie in it.
    version : str
        Of the release.
    external : Path or None
        Copies of the public sets, which models are trained on.
    """

    root: Path
    version: str
    external: Path | None = None

    @property
    def corpus(self) -> Path:
        """The data set repository."""
        return self.root / "corpus"

    @cached_property
    def sources(self) -> Sources:
        """The people's files, read once: no step changes them."""
        return read_sources(self.root)

    @property
    def release(self) -> Release | None:
        """What lies there as released, if it is the version; read anew, for a step builds it."""
        if not (self.corpus / MANIFEST).exists():
            return None
        found = open_release(self.corpus)
        return found if found.version == self.version else None

    @property
    def is_built(self) -> bool:
        """Whether the version lies there whole, built of the files that stand there now."""
        release = self.release
        return (
            release is not None
            and release.manifest["inputs"] == input_checksums(self.sources)
            and not release.checksum_problems()
        )

    @property
    def predecessor(self) -> Release | None:
        """The newest earlier version, whether it lies where the version will or among the older ones."""
        if (self.corpus / MANIFEST).exists():
            current = open_release(self.corpus)
            if version_key(current.version) < version_key(self.version):
                return current
        earlier = (name for name in older_versions(self.corpus) if version_key(name) < version_key(self.version))
        newest = next(earlier, None)
        return None if newest is None else open_release(self.corpus / OLDER / newest)

    @property
    def is_patch(self) -> bool:
        """Whether the version corrects the one before, and is not the next with other texts."""
        before = self.predecessor
        return before is not None and version_key(before.version)[:2] == version_key(self.version)[:2]

    def require(self) -> None:
        """Refuse a version that is none, or that is earlier than what lies there.

        Raises
        ------
        UsageError
            Saying which version may follow.
        """
        key = version_key(self.version)
        if (self.corpus / MANIFEST).exists() and key < version_key(there := open_release(self.corpus).version):
            major, minor, patch = version_key(there)[:3]
            raise UsageError(
                f"{self.corpus} holds {there}, which {self.version} would come before; its next patch is "
                f"{major}.{minor}.{patch + 1}."
            )
