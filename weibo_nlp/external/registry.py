"""The sets that can be loaded, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from weibo_nlp.errors import UnknownNameError
from weibo_nlp.external import c_stance, cold, mission_dev, nlpcc2016, smp2020, swsr
from weibo_nlp.external.files import find_parts
from weibo_nlp.external.sets import ExternalSet, Part, SetInfo

_Reader = Callable[[Mapping[str, Path]], dict[str, Part]]

_READERS: dict[str, tuple[SetInfo, _Reader]] = {
    module.INFO.name: (module.INFO, module.read) for module in (nlpcc2016, c_stance, smp2020, cold, swsr, mission_dev)
}


def available() -> tuple[SetInfo, ...]:
    """List the sets that can be loaded, with tasks, licence, expected files and where each is published."""
    return tuple(info for info, _ in _READERS.values())


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
    if key not in _READERS:
        raise UnknownNameError("external set", name, _READERS)
    info, read = _READERS[key]
    return ExternalSet(info.name, info.labels, info.main_metric, read(find_parts(info, path)))
