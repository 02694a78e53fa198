"""What a call of ``weibo-nlp label`` asks for, and what of it does not go together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from weibo_nlp.cli.inputs import FormatName, reading_of
from weibo_nlp.errors import UsageError

if TYPE_CHECKING:
    from weibo_nlp.labelling.inputs import WantedColumns

HTML: Mapping[str, bool | Literal["auto"]] = {"auto": "auto", "yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class LabelOptions:
    """Options of the command, as its help says what each means."""

    input: list[Path] | None
    output: Path | None
    to: Literal["parquet", "csv", "tsv", "jsonl"] | None
    jobs: int | None
    dask: bool
    scheduler: str | None
    rows_per_part: int | None
    rejects: Path | None
    example: bool
    target: list[str] | None
    model: list[str] | None
    all_scores: bool
    weights: str
    mode: Literal["fast", "accurate"]
    encoder: str | None
    dry_run: bool
    send_raw: bool
    concurrency: int | None
    price_in: float | None
    price_out: float | None
    min_score: float | None
    coverage: float | None
    html: Literal["auto", "yes", "no"]
    text_column: str | None
    parent_column: str | None
    id_column: str | None
    format: FormatName | None
    encoding: str | None
    delimiter: str | None
    header: bool | None
    records: str | None
    sheet: str | None
    raw_cells: bool
    pseudonymise: bool
    secret: Path | None
    quiet: bool

    @property
    def reading(self) -> dict[str, Any]:
        """How inputs are read, besides their format."""
        return reading_of(
            encoding=self.encoding,
            delimiter=self.delimiter,
            header=self.header,
            records=self.records,
            sheet=self.sheet,
        )

    @property
    def wanted(self) -> WantedColumns:
        """Columns that are named."""
        from weibo_nlp.labelling.inputs import WantedColumns

        return WantedColumns(self.text_column, self.parent_column, self.id_column)

    @property
    def settings(self) -> dict[str, Any]:
        """Arguments of the labeller."""
        return {
            "target": self.target or None,
            "all_scores": self.all_scores,
            "weights": self.weights,
            "mode": self.mode,
            "encoder": self.encoder,
            "html": HTML[self.html],
            "min_score": self.min_score,
            "coverage": self.coverage,
        }

    def require_meaningful(self) -> None:
        """Refuse options that exclude or need each other.

        Raises
        ------
        UsageError
            Naming them.
        """
        if self.input and self.example:
            raise UsageError(f"INPUT ({self.input[0]}) and --example exclude each other; leave one out.")
        if self.secret is not None and not self.pseudonymise:
            raise UsageError("--secret is what --pseudonymise works with; add that, or leave both out.")
        if self.pseudonymise and self.output is None:
            raise UsageError(
                "--pseudonymise needs -o: the name of INPUT, which the output has by default, may be a person's."
            )
        if not self.input and not self.example:
            raise UsageError("there is nothing to label; name a file of posts as INPUT, or try --example.")
        if self.scheduler is not None and (self.dask or self.jobs is not None):
            raise UsageError(
                "--scheduler has workers of its own; leave out --jobs and --dask, which are for workers started here."
            )
        given = self.price_in is not None
        if (self.price_in is None) != (self.price_out is None) or (given and not self.dry_run):
            raise UsageError("--price-in and --price-out go together, and with --dry-run; give all three, or no price.")

    def require_no_job(self) -> None:
        """Refuse options of a job where the output is none.

        Raises
        ------
        UsageError
            Naming the first of them.
        """
        of_jobs = {
            "to": self.to,
            "jobs": self.jobs,
            "dask": self.dask or None,
            "scheduler": self.scheduler,
            "rows-per-part": self.rows_per_part,
        }
        for name, value in of_jobs.items():
            if value is not None and not self.dry_run:
                raise UsageError(
                    f"--{name} is for a job, whose output is a folder; write it with a slash behind it, as -o out/, or "
                    f"leave --{name} out."
                )
