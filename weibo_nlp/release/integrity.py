"""Whether the files of a release are what its manifest, its schema and its sources say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from weibo_nlp.corpus import Release, open_release, schema, versions
from weibo_nlp.corpus.manifest import MANIFEST
from weibo_nlp.corpus.release import OLDER, read_stored
from weibo_nlp.errors import DataError
from weibo_nlp.io import sha256_of_file, sha256_of_rows
from weibo_nlp.io.validation import Problem
from weibo_nlp.release.build import (
    CARD,
    arrow_table,
    card_header,
    input_checksums,
    origins,
    parquet_name,
    read_card,
)
from weibo_nlp.release.constraints import StoredRow, row_problems, value_problems
from weibo_nlp.release.history import predecessor
from weibo_nlp.release.sources import Sources
from weibo_nlp.release.tables import build_tables

Origins = tuple[tuple[Path, int], ...]
_BUILD = "run scripts/build_corpus.py."
_LABELS = frozenset({"topic", "sentiment", "irony", "needs_context", "frames", "stance", "stances"})


def validate_release(folder: Path) -> list[Problem]:
    """Check a release folder by itself: files against the manifest, rows against schema, scheme and each other.

    Beside the release with its ``manifest.json``, no texts or annotations are needed. Older releases that lie in the
    folder are checked as well. The card, ``README.md``, is not.

    Raises
    ------
    DataError
        If there is no manifest, or it is none of a release that can be read here.
    """
    problems = []
    for version in versions(folder):
        release = open_release(folder, version=version)
        problems += _release_problems(release)
        before = release.manifest.get("predecessor")
        kept = folder / OLDER / before["version"] / MANIFEST if before else None
        if before and kept and kept.is_file() and sha256_of_file(kept) != before["manifest_sha256"]:
            problems.append(_breach(kept, f"differs from what {version} says of its predecessor."))
    return problems


def _release_problems(release: Release) -> list[Problem]:
    problems = [_breach(release.path / MANIFEST, text) for text in release.checksum_problems()]
    if problems:
        return problems
    scheme, version, rows = release.scheme, release.schema_version, []
    for name, entry in release.manifest["files"].items():
        path, (config, file) = release.path / name, name.split("/")
        try:
            stored = read_stored(path, config, version).to_pylist()
        except DataError as error:
            problems.append(Problem(path, 0, 1, "form", str(error).removeprefix(f"{path}: ")))
            continue
        if len(stored) != entry["rows"]:
            problems.append(_breach(path, f"{len(stored):,} rows, the manifest says {entry['rows']:,}."))
        elif sha256_of_rows(stored) != entry["rows_sha256"]:
            problems.append(_breach(path, "rows differ from the manifest (rows_sha256)."))
        split = file.split("-")[0]
        rows += [StoredRow(row, config, split, path, number) for number, row in enumerate(stored, start=1)]
    problems += [problem for row in rows for problem in value_problems(row, scheme, version)]
    return problems or list(row_problems(rows, scheme, version, release.struck))


def reproduction_problems(sources: Sources) -> Iterator[Problem]:
    """Compare every released row with the one built now (level 6); a difference is named at the line it comes from."""
    import pyarrow as pa

    corpus = sources.root / "corpus"
    try:
        release = open_release(corpus)
    except DataError as error:
        yield _breach(corpus / MANIFEST, str(error))
        return
    manifest = release.manifest
    same_writer = manifest.get("pyarrow") == pa.__version__
    sizes, changed = {}, False
    for (config, split), rows in build_tables(sources).items():
        name = parquet_name(config, split)
        rebuilt = [schema.encode(config, row.values, sources.scheme) for row in rows]
        sizes[config, split] = (len(rebuilt), int(arrow_table(config, rebuilt).nbytes))
        problems = list(_file_problems(corpus / name, config, rebuilt, [row.origins for row in rows]))
        entry = manifest["files"].get(name, {})
        if not problems and same_writer and entry.get("sha256") != sha256_of_file(corpus / name):
            problems.append(_breach(corpus / name, f"bytes differ from the manifest; {_BUILD}"))
        if not problems and entry.get("rows_sha256") != sha256_of_rows(rebuilt):
            problems.append(_breach(corpus / name, f"rows differ from the manifest; {_BUILD}"))
        changed = changed or bool(problems)
        yield from problems
    for file in release.strays():
        yield _breach(file, "not in the manifest, yet load_dataset would read it; remove it.")
    for version in versions(corpus)[1:]:
        older = open_release(corpus, version=version)
        for text in older.checksum_problems():
            yield _breach(older.path / MANIFEST, f"{text} An old release never changes.")
    if changed:
        return
    if manifest.get("predecessor") != predecessor(corpus, release.version):
        yield _breach(corpus / MANIFEST, f"predecessor is not the newest older release; {_BUILD}")
    header, _ = read_card(corpus / CARD)
    if same_writer and header != card_header(release.version, sizes, sources.scheme, origins(sources)):
        yield _breach(corpus / CARD, f"the header is not the release's; {_BUILD}", 1)
    inputs, built_from = input_checksums(sources), manifest.get("inputs", {})
    for name in sorted(inputs.keys() | built_from.keys()):
        if inputs.get(name) != built_from.get(name):
            yield _breach(sources.root / name, "changed since the release was built; build it again.")


def _breach(path: Path, text: str, line: int = 0) -> Problem:
    return Problem(path, line, 6, "released", text)


def _file_problems(file: Path, config: str, rebuilt: list[dict[str, Any]], origins: list[Origins]) -> Iterator[Problem]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(file, partitioning=None)
        table.validate(full=True)  # text that is no UTF-8 shows here
    except FileNotFoundError:
        yield _breach(file, f"missing; {_BUILD}")
        return
    except (pa.ArrowException, OSError) as error:
        yield _breach(file, f"cannot be read: {error}; {_BUILD}")
        return
    if not table.schema.equals(schema.arrow_schema(config)):
        yield _breach(file, f"columns or their types are not those of {config!r}; {_BUILD}")
        return
    yield from _row_problems(file, config, table.to_pylist(), rebuilt, origins)


def _row_problems(
    file: Path, config: str, released: list[dict[str, Any]], rebuilt: list[dict[str, Any]], origins: list[Origins]
) -> Iterator[Problem]:
    def key(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row[name] for name in schema.KEYS.get(config, ("id",)))

    where = f"{file.parent.name}/{file.name}"
    old_rows = {key(row): row for row in released}
    clean = True
    for new, places in zip(rebuilt, origins, strict=True):
        old = old_rows.pop(key(new), None)
        path, line = places[-1]
        if old is None:
            clean = False
            yield _breach(path, f"{' '.join(key(new))} is not in {where}; {_BUILD}", line)
        elif columns := [name for name in new if old[name] != new[name]]:
            clean = False
            # The text's columns come from the text file, the labels from the annotation: name the line that tells.
            if any(column in _LABELS or column.endswith("settled") for column in columns):
                path, line = places[0]
            text = (
                f"{columns[0]} was released as {old[columns[0]]!r} in {where}, the sources now give "
                f"{new[columns[0]]!r}; correct the line, or release a new version with scripts/build_corpus.py."
            )
            yield _breach(path, text, line)
    for gone in old_rows:
        yield _breach(file, f"{' '.join(map(str, gone))} is no longer in the sources; {_BUILD}")
    if clean and not old_rows and released != rebuilt:
        yield _breach(file, f"rows are doubled or in another order; {_BUILD}")
