"""Figures and tables of a page as files: SVG and PNG for papers and slides, CSV for everything else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weibo_nlp.errors import UsageError
from weibo_nlp.io.atomic import atomic_path
from weibo_nlp.io.destination import require_kept
from weibo_nlp.io.formulas import inert
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.report.drawing import as_png, as_svg, settings
from weibo_nlp.report.fonts import Fonts
from weibo_nlp.report.svg import standalone_svg

if TYPE_CHECKING:
    import pandas as pd

    from weibo_nlp.report.figure_panel import Panel

INDEX = "figures.json"
"""What the folder has: each figure with its title; by it, a later run knows which files are its own."""
_KIND, _FORMAT = "weibo_nlp figures", 1
_SUFFIXES = (".svg", ".png", ".csv")


def write_figures(
    folder: Path, panels: Mapping[str, Panel], fonts: Fonts, extra: Mapping[str, pd.DataFrame] | None = None
) -> list[Path]:
    """Write each figure as SVG and PNG, and each table as CSV, into a folder; a later run replaces its own files alone.

    Parameters
    ----------
    folder : Path
        Made where it is not there.
    panels : mapping of str to Panel
        By what their files are called.
    fonts : Fonts
        What pictures are drawn with.
    extra : mapping of str to DataFrame, optional
        Further tables.

    Returns
    -------
    list of Path
        What was written, the index last.

    Raises
    ------
    UsageError
        If a text in a figure has Chinese and no font with Chinese was found, or the folder holds files that would be
        replaced and are not of an earlier run. Nothing is written then.
    WriteError
        If the disk is full or fails.
    """
    earlier = require_figures_folder(folder)
    contents: dict[str, bytes] = {}
    for stem, panel in panels.items():
        if panel.chart is not None:
            with settings(stem):
                drawn = as_svg(panel.chart.draw(str))
            families = fonts.families if fonts.named else ()
            contents[f"{stem}.svg"] = standalone_svg(drawn, panel.title, panel.description, families)
            with settings(stem, fonts):
                contents[f"{stem}.png"] = as_png(panel.chart.draw(fonts.drawable))
        contents[f"{stem}.csv"] = as_csv(panel.table)
    for stem, table in (extra or {}).items():
        contents[f"{stem}.csv"] = as_csv(table)
    if foreign := [name for name in contents if name not in earlier and (folder / name).exists()]:
        raise UsageError(
            f"{folder} holds {foreign[0]}, which no earlier run is known to have written; name an empty folder."
        )
    titles = {stem: panel.title for stem, panel in panels.items()}
    contents[INDEX] = _index(titles, contents)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        with atomic_path(folder / name, within=folder) as temporary:
            temporary.write_bytes(content)
    for name in earlier - set(contents):
        (folder / name).unlink(missing_ok=True)
    return [folder / name for name in contents]


def require_figures_folder(folder: Path) -> frozenset[str]:
    """Return the names of the files that an earlier run left in a folder; none where it left none.

    Raises
    ------
    UsageError
        If the folder's index is something else than that of such a run, or leads out of the folder.
    DataError
        If it is no JSON.
    """
    index = folder / INDEX
    if not index.exists():
        return frozenset()
    require_kept(folder, index)
    content = read_json_object(index)
    files = content.get("files")
    if content.get("kind") != _KIND or not isinstance(files, list):
        raise UsageError(f"{index} is no index of figures; name an empty folder, or one of an earlier run.")
    # Names alone, so that an index that was tampered with reaches nothing else.
    return frozenset(
        name
        for entry in files
        if isinstance(entry, Mapping)
        and isinstance(name := entry.get("name"), str)
        and Path(name).name == name
        and name.endswith(_SUFFIXES)
    )


def as_csv(table: pd.DataFrame) -> bytes:
    """Return a table as CSV with a mark at its beginning, by which Excel reads Chinese; no cell is a formula."""
    columns = {name: [inert(value) for value in table[name]] for name in table.columns}
    import pandas as pd

    text = pd.DataFrame(columns, columns=list(table.columns)).to_csv(index=False, lineterminator="\n")
    return text.encode("utf-8-sig", errors="backslashreplace")


def _index(titles: Mapping[str, str], contents: Mapping[str, bytes]) -> bytes:
    files: list[dict[str, Any]] = []
    for name in contents:
        stem = name.rpartition(".")[0]
        files.append({"name": name, **({"title": titles[stem]} if stem in titles else {})})
    text = json.dumps({"format": _FORMAT, "kind": _KIND, "files": files}, ensure_ascii=False, indent=2)
    return (text + "\n").encode("utf-8", errors="backslashreplace")
