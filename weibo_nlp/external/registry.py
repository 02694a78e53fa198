"""The sets that can be loaded, by name."""

from __future__ import annotations

from pathlib import Path

from weibo_nlp.errors import UnknownNameError
from weibo_nlp.external import c_stance, cold, mission_dev, nlpcc2016, smp2020, swsr
from weibo_nlp.external.builder import FileReading
from weibo_nlp.external.files import find_parts
from weibo_nlp.external.sets import ExternalSet, SetInfo

_SETS = {module.INFO.name: module for module in (nlpcc2016, c_stance, smp2020, cold, swsr, mission_dev)}


def available() -> tuple[SetInfo, ...]:
    """List the sets that can be loaded, with tasks, licence, expected files and where each is published."""
    return tuple(module.INFO for module in _SETS.values())


def load(name: str, path: str | Path) -> ExternalSet:
    """Read a published set from the user's own copy.

    Parameters
    ----------
    name : str
        One of the names in `available`; case and hyphens do not matter (``C-STANCE`` is ``c_stance``).
    path : str or Path
        The set's folder, or the folder that holds it. Files are recognised by their published names.

    Returns
    -------
    ExternalSet
        The parts that the copy holds. Rows that cannot be used are in each part's ``dropped``.

    Raises
    ------
    UnknownNameError
        If there is no loader of that name.
    UsageError
        If the folder lacks the set's files, or holds a part twice.
    DataError
        If a file is not what the set's format promises.
    """
    key = name.strip().casefold().replace("-", "_")
    if key not in _SETS:
        raise UnknownNameError("external set", name, _SETS)
    info: SetInfo = _SETS[key].INFO
    files = find_parts(info, path)
    if key == swsr.INFO.name:
        parts = swsr.read(files)  # two files are one part; of the other sets each is one
    else:
        parts = {part: _SETS[key].read_part(FileReading(key, part, file)) for part, file in files.items()}
    return ExternalSet(info.name, info.labels, info.main_metric, parts)
