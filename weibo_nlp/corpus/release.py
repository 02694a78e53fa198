"""A released corpus on disk, read without a network: what it holds, and its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from weibo_nlp import _renamed, _resources
from weibo_nlp.corpus import schema
from weibo_nlp.corpus.manifest import MANIFEST, is_version, read_release_manifest
from weibo_nlp.corpus.tree import Thread, build_threads
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.io import sha256_of_file
from weibo_nlp.io.names import printable_line, quoted, quoted_list
from weibo_nlp.io.paths import named_path
from weibo_nlp.records import Document, GoldLabel, known_fields
from weibo_nlp.scheme import Scheme, scheme_of_version

if TYPE_CHECKING:
    import datasets
    import pandas as pd
    import pyarrow as pa


OLDER = "versions"
"""Folder of a data set repository that holds its older releases."""


@dataclass(frozen=True)
class Release:
    """One version of the corpus in a folder laid out as `load_dataset` reads it."""

    path: Path
    version: str
    manifest: Mapping[str, Any]
    _read: dict[Path, list[dict[str, Any]]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def scheme(self) -> Scheme:
        """The label scheme the release follows.

        Raises
        ------
        DataError
            If the release was built under a scheme version that this package does not know, or with other labels.
        """
        try:
            scheme = scheme_of_version(self.manifest["scheme"])
        except UnknownNameError as error:
            raise DataError(f"{self.path / MANIFEST}: {error} Rebuild, or install a newer weibo-nlp.") from None
        # Tables hold the places of labels: among others, they would mean others.
        for name, labels in self.manifest.get("labels", {}).items():
            if name not in scheme.tasks or list(scheme.tasks[name].labels) != list(labels):
                raise DataError(
                    f"{self.path / MANIFEST}: labels of {quoted(name)} are not those of scheme {scheme.version}; "
                    "rebuild or reinstall."
                )
        return scheme

    @property
    def schema_version(self) -> int:
        """Version of the columns the release was built with."""
        return int(self.manifest.get("schema", 1))

    @property
    def withdrawn(self) -> frozenset[str]:
        """Keys of texts whose judgements were taken back on request, in this release or an earlier one."""
        return frozenset(self.manifest.get("withdrawn", ()))

    @property
    def struck(self) -> frozenset[str]:
        """Ids of documents of earlier releases that readers struck out since; sentences of theirs may be cut here."""
        return frozenset(self.manifest.get("struck", ()))

    def files(self, config: str, split: str | None = None) -> list[Path]:
        """Parquet files of a configuration, of one split or of all in the order train, validation, test."""
        _check_config(config, self.schema_version)
        splits = schema.splits_of(config)
        if split is not None and split not in splits:
            raise UnknownNameError(f"split of {config}", split, splits)
        paths: list[Path] = []
        for name, stored in product((split,) if split else splits, schema.stored_configs(config)):
            if not (files := sorted((self.path / stored).glob(f"{name}-*.parquet"))):
                raise DataError(f"{self.path / stored}: no {name}-*.parquet; run scripts/build_corpus.py in a clone.")
            if strange := [path for path in files if not path.is_file()]:
                raise DataError(f"{strange[0]}: is no file; run scripts/build_corpus.py in a clone.")
            paths += files
        return paths

    def rows(self, config: str, split: str | None = None) -> Iterator[dict[str, Any]]:
        """Rows with label names instead of integers, in release order; each file is read once in a release's life.

        Raises
        ------
        DataError
            If a file is no Parquet, has other columns, or a row holds what cannot be there, naming file and row.
        """
        for path in self.files(config, split):
            if path not in self._read:
                self._read[path] = self._decoded(path)
            yield from map(_copy, self._read[path])

    def _decoded(self, path: Path) -> list[dict[str, Any]]:
        config, scheme, version, rows = path.parent.name, self.scheme, self.schema_version, []
        for number, row in enumerate(read_stored(path, config, version).to_pylist(), start=1):
            try:
                rows.append(schema.decode(config, row, scheme, version))
            except DataError as error:
                raise DataError(f"{path}:{number}: {error} Rebuild or reinstall.") from None
        return rows

    def documents(self, split: str | None = None) -> list[Document]:
        """Articles, then posts and reposts, then comments."""
        return list(map(document_of, self._document_rows(split)))

    def _document_rows(self, split: str | None) -> Iterator[dict[str, Any]]:
        return chain.from_iterable(self.rows(config, split) for config in schema.DOCUMENT_CONFIGS)

    def gold(self, task: str, split: str | None = None) -> list[GoldLabel]:
        """Gold labels of a task; for stance one for each (document, target) pair."""
        scheme_task = self.scheme.task(task)
        if scheme_task.targeted:
            pairs = self.rows("stances", split)
            return [GoldLabel(row["document_id"], task, row[task], row["target"]) for row in pairs]
        return [GoldLabel(row["id"], task, scheme_task.to_label(row[task])) for row in self._document_rows(split)]

    def threads(self, split: str | None = None) -> list[Thread]:
        """Threads as trees, of one split or of all."""
        return build_threads(self.documents(split))

    def checksum_problems(self) -> list[str]:
        """Files that are missing, differ from the manifest or are not in it, each in a sentence."""
        problems = []
        for name, entry in self.manifest["files"].items():
            path = self.path / name
            try:
                if not path.exists():
                    problems.append(f"{path}: missing; the manifest lists it.")
                elif not path.is_file():
                    problems.append(f"{path}: is no file; the manifest lists one.")
                elif sha256_of_file(path) != entry["sha256"]:
                    problems.append(f"{path}: bytes differ from the manifest; rebuild or reinstall.")
            except OSError as error:
                problems.append(f"{path}: cannot be read: {error.strerror}.")
        return problems + [f"{path}: not in the manifest, yet it would be read; remove it." for path in self.strays()]

    def strays(self) -> list[Path]:
        """Parquet files that are not the release's, though ``<split>-*.parquet`` would read them as its rows."""
        return [
            path
            for config in schema.CONFIGS
            for path in sorted((self.path / config).glob("*.parquet"))
            if f"{config}/{path.name}" not in self.manifest["files"]
        ]


def open_release(path: Path | str | None = None, *, version: str | None = None) -> Release:
    """Open a release folder; without `path`, the one shipped with the package.

    Parameters
    ----------
    path : Path or str, optional
        The data set repository: its newest release lies in it, older ones in ``versions/<version>/``.
    version : str, optional
        One of `versions`; without it, the newest.

    Raises
    ------
    UnknownNameError
        If the folder does not hold `version`.
    DataError
        If the folder has no manifest, or one that is not a release's, or not that of `version`.
    UsageError
        If the path is empty or none.
    """
    folder = _folder(path)
    newest = _release_in(folder)
    if version is None or version == newest.version:
        return newest
    if version not in (known := versions(folder)):
        raise UnknownNameError("corpus version", version, known, "Other versions: revision= on the Hub.")
    release = _release_in(folder / OLDER / version)
    if release.version != version:
        raise DataError(
            f"{release.path / MANIFEST}: is that of {release.version}, the folder is called {version}; rebuild or "
            "reinstall."
        )
    return release


def versions(path: Path | str | None = None) -> tuple[str, ...]:
    """Versions of the corpus that a release folder holds, the newest first; without `path`, the shipped ones."""
    folder = _folder(path)
    return (_release_in(folder).version, *older_versions(folder))


def older_versions(folder: Path) -> list[str]:
    """Versions among the older releases of a folder, the newest first; folders that are called otherwise are none."""
    names = (file.parent.name for file in (folder / OLDER).glob(f"*/{MANIFEST}"))
    return sorted(filter(is_version, names), key=version_key, reverse=True)


def version_key(version: str) -> tuple[int, ...]:
    """Order of semantic versions: 0.10.0 comes after 0.9.0.

    Raises
    ------
    UsageError
        If the version is not three numbers.
    """
    if not is_version(version):
        raise UsageError(f"version {quoted(version)} is not three numbers such as 0.2.0.")
    return tuple(map(int, version.split(".")))


def read_stored(path: Path, config: str, version: int = schema.SCHEMA_VERSION) -> pa.Table:
    """Read a Parquet file of a release as it stands, labels as integers.

    Raises
    ------
    DataError
        If it is no Parquet, or its columns are not those of the configuration under a version of the schema.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:  # `read_table` imports pandas, which takes longer than all else here
            table = file.read()
        table.validate(full=True)  # text that is no UTF-8 shows here
    except (pa.ArrowException, OSError, MemoryError) as error:
        raise DataError(f"{path}: cannot be read as Parquet: {printable_line(str(error))}.") from error
    if not table.schema.equals(schema.arrow_schema(config, version)):
        names = quoted_list(table.schema.names)
        raise DataError(f"{path}: columns {names} with their types are not those of {config!r} in this schema.")
    return table


def _folder(path: Path | str | None) -> Path:
    return _resources.corpus_dir() if path is None else named_path(path, "a release")


def _copy(row: Mapping[str, Any]) -> dict[str, Any]:
    """Copy a row for a caller who may change it."""
    return {name: list(map(_copy_item, value)) if isinstance(value, list) else value for name, value in row.items()}


def _copy_item(item: Any) -> Any:
    return dict(item) if isinstance(item, dict) else item


def _release_in(folder: Path) -> Release:
    manifest = read_release_manifest(folder)
    return Release(folder, manifest["version"], manifest)


@overload
def load_corpus(
    config: str = ..., *, split: str | None = ..., version: str | None = ..., format: Literal["pandas"] = ...
) -> pd.DataFrame: ...
@overload
def load_corpus(
    config: str = ..., *, split: str | None = ..., version: str | None = ..., format: Literal["datasets"]
) -> datasets.Dataset: ...
def load_corpus(
    config: str = "documents",
    *,
    split: str | None = None,
    version: str | None = None,
    format: Literal["pandas", "datasets"] = "pandas",
    as_: Literal["pandas", "datasets"] | None = None,
) -> pd.DataFrame | datasets.Dataset:
    """Load a configuration of the shipped corpus as it is shipped; see `weibo_nlp.load_corpus`.

    Raises
    ------
    UnknownNameError
        For an unknown configuration, split or version, listing the known ones.
    UsageError
        For another format.
    """
    if as_ is not None:
        _renamed.warn("load_corpus(as_=…)", "load_corpus(format=…)")
        format = as_
    release = open_release(version=version)
    _check_config(config, release.schema_version)
    if format == "datasets":
        import datasets
        import pyarrow as pa

        files, number = release.files(config, split), release.schema_version
        table = pa.concat_tables([read_stored(path, path.parent.name, number) for path in files])
        # Straight from Arrow: the cache of load_dataset would hand out rows of an older build.
        features = schema.features(config, release.scheme, release.schema_version)
        return datasets.Dataset(table.replace_schema_metadata(None), info=datasets.DatasetInfo(features=features))
    if format != "pandas":
        raise UsageError(f'format={format!r}; choose "pandas" or "datasets".')
    import pandas as pd

    if split is not None:
        return _frame(release, config, split)
    parts = {name: _frame(release, config, name) for name in schema.splits_of(config)}
    return pd.concat([part.assign(split=name) for name, part in parts.items()], ignore_index=True)


def threads(split: str | None = None, *, version: str | None = None) -> list[Thread]:
    """Threads of the shipped corpus as trees: root, children, path to the root."""
    return open_release(version=version).threads(split)


def document_of(row: Mapping[str, Any]) -> Document:
    """Turn a row of a document configuration into a Document."""
    same = {name: row[name] for name in known_fields(Document) & row.keys()}
    lists = {name: tuple(row[name]) for name in ("hashtags", "mentions", "urls")}
    return Document(**(same | lists), flags=("composed",) if row["composed"] else ())


def _check_config(config: str, version: int) -> None:
    if config not in (known := (*schema.VIEWS, *schema.configs_of(version))):
        raise UnknownNameError("configuration", config, known)


def _frame(release: Release, config: str, split: str) -> pd.DataFrame:
    import pandas as pd

    columns = [column.name for column in schema.columns_of(config, release.schema_version)]
    return pd.DataFrame(release.rows(config, split), columns=columns)
