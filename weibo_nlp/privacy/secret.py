"""The local secret that pseudonyms are made with: without it nobody, its owner included, can make them again."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from weibo_nlp.errors import UsageError
from weibo_nlp.io.paths import named_path
from weibo_nlp.segmentation.store import cache_folder

SECRET_BYTES = 32
"""Length of a secret: that of the digests made with it."""
_LONGEST_FILE = 1024


@dataclass(frozen=True, slots=True)
class Secret:
    """Bytes that pseudonyms are made with; never shown, not even by ``repr``.

    Raises
    ------
    UsageError
        If they are fewer than ``SECRET_BYTES``, or no bytes.
    """

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.key, bytes) or len(self.key) < SECRET_BYTES:
            raise UsageError(f"a secret is at least {SECRET_BYTES} bytes; leave it out, and one is made.")


def secret_path() -> Path:
    """Where the secret lies unless a file is named: ``secret`` in ``WEIBO_NLP_HOME``, or in the folder for caches."""
    return cache_folder() / "secret"


def load_secret(path: Path | None = None, *, apart_from: Iterable[Path] = (), beside: Iterable[Path] = ()) -> Secret:
    """Read the secret, or make one where there is none yet.

    Parameters
    ----------
    path : Path, optional
        Its file; by default :func:`secret_path`. Pseudonyms of two imports agree where they are made with one secret.
    apart_from : iterable of Path
        Folders that are written and may be given away: the secret lies in none of them, nor below.
    beside : iterable of Path
        Files that are: the secret does not lie beside one.

    Returns
    -------
    Secret

    Raises
    ------
    UsageError
        If it lies where it would be given away with the output, others can read it, it is too short, is no regular
        file, or can be neither read nor made.
    """
    path = secret_path() if path is None else named_path(path, "the secret")
    _require_apart(path, apart_from, beside)
    try:
        return _read(path)
    except FileNotFoundError:
        _make(path)
    except OSError as error:
        raise UsageError(f"cannot read the secret {path}: {error.strerror}; name another with --secret.") from error
    return _read(path)


def _require_apart(path: Path, folders: Iterable[Path], files: Iterable[Path]) -> None:
    real = path.resolve()
    for place, is_inside in (
        *((folder, folder.resolve() in (real, *real.parents)) for folder in folders),
        *((file.parent, file.resolve().parent == real.parent) for file in files),
    ):
        if is_inside:
            raise UsageError(
                f"the secret {path} lies in {place}, which is written to be given away; name a file elsewhere with "
                "--secret, or set WEIBO_NLP_HOME."
            )


def _read(path: Path) -> Secret:
    # Without waiting for a pipe that nobody writes to; what was opened is what is looked at.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(handle, "rb") as opened:
        status = os.fstat(opened.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(f"the secret {path} is no regular file; name another with --secret.")
        # Windows has no such modes; there a home folder is its user's own.
        if os.name == "posix" and (shared := stat.S_IMODE(status.st_mode) & 0o077):
            raise UsageError(
                f"others can reach the secret {path} (mode {stat.S_IMODE(status.st_mode):04o}, {shared:03o} of it too "
                f"much); if nobody has read it, chmod 600 {path}, or delete it, and a new one is made."
            )
        key = opened.read(_LONGEST_FILE + 1)
    if not SECRET_BYTES <= len(key) <= _LONGEST_FILE:
        raise UsageError(
            f"the secret {path} has {len(key):,} bytes, not {SECRET_BYTES} to {_LONGEST_FILE:,}; put back the file "
            "that earlier pseudonyms were made with, or delete it, and a new one is made."
        )
    return Secret(key)


def _make(path: Path) -> None:
    """Write a new secret beside its place and link it there, so that nobody ever reads half of one, or a second one."""
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as opened:
                opened.write(secrets.token_bytes(SECRET_BYTES))
                opened.flush()
                os.fsync(opened.fileno())
            _place(scratch, path)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot make the secret {path}: {error.strerror}; name a file in a folder of yours with --secret, or set "
            "WEIBO_NLP_HOME."
        ) from error


def _place(scratch: Path, path: Path) -> None:
    try:
        os.link(scratch, path)
    except FileExistsError:  # another run was first: its secret is the one
        return
    except OSError:  # a file system without hard links
        if not os.path.lexists(path):
            scratch.replace(path)
