"""Releases of the past: kept beside the newest one, so that every version stays loadable and scorable."""

from __future__ import annotations

import shutil
from pathlib import Path

from weibo_nlp.corpus.manifest import MANIFEST
from weibo_nlp.corpus.release import OLDER, older_versions, open_release, version_key
from weibo_nlp.errors import DataError
from weibo_nlp.io import atomic_path, sha256_of_file
from weibo_nlp.io.destination import require_kept
from weibo_nlp.io.names import quoted_list


def keep_predecessor(folder: Path, version: str) -> dict[str, str] | None:
    """Put the release that lies in a folder among the older ones, if another version is about to be built there.

    Parameters
    ----------
    folder : Path
        The data set repository.
    version : str
        What will be built.

    Returns
    -------
    dict of str to str, or None
        ``version`` and ``manifest_sha256`` of the newest older release, as a manifest names its predecessor; None
        for a first release.

    Raises
    ------
    UsageError
        If `version` is not a semantic version, or a link in the folder leads out of it where a file would be kept.
    DataError
        If `version` is older than what lies there, or the files there are not those of its manifest.
    """
    wanted = version_key(version)
    if (folder / MANIFEST).exists():
        release = open_release(folder)
        if version_key(release.version) > wanted:
            raise DataError(
                f"{folder}: holds {release.version}, so {version} cannot be built over it; name a later version."
            )
        if release.version != version:
            if problems := release.checksum_problems():
                raise DataError("\n".join(problems))
            kept = folder / OLDER / release.version
            for name in (MANIFEST, *release.manifest["files"]):
                require_kept(folder, kept / name)
                (kept / name).parent.mkdir(parents=True, exist_ok=True)
                with atomic_path(kept / name, within=folder) as temporary:
                    shutil.copyfile(folder / name, temporary)
    return predecessor(folder, version)


def require_unchanged(folder: Path, version: str, built: Path) -> None:
    """Refuse to put other bytes in the place of a release that bears the version already.

    Parameters
    ----------
    folder : Path
        The data set repository.
    version : str
        What is to be written there.
    built : Path
        Folder in which it has been written for comparison.

    Raises
    ------
    DataError
        If `folder` holds the version with other files, naming them.
    """
    if not (folder / MANIFEST).exists() or (before := open_release(folder)).version != version:
        return
    new, old = open_release(built).manifest["files"], before.manifest["files"]
    names = sorted(name for name in new.keys() | old.keys() if new.get(name, {}) != old.get(name, {}))
    if names:
        raise DataError(
            f"{folder}: {version} is there already and would change in {quoted_list(names)}. Whoever has it would have "
            "another corpus under its name: build a later version; one that was never published may be replaced with "
            "--replace."
        )


def predecessor(folder: Path, version: str) -> dict[str, str] | None:
    """Newest release among the older ones of a folder that comes before a version, as a manifest names it."""
    before = (name for name in older_versions(folder) if version_key(name) < version_key(version))
    if (newest := next(before, None)) is None:
        return None
    return {"version": newest, "manifest_sha256": sha256_of_file(folder / OLDER / newest / MANIFEST)}
