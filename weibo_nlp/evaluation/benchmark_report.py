"""The benchmark report: every figure of a run in one typed value, from which page and tables are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from weibo_nlp.errors import DataError
from weibo_nlp.evaluation.annotator_baseline import AnnotatorScore
from weibo_nlp.evaluation.consistency import impossible_figures, report_contradictions, require_consistent
from weibo_nlp.evaluation.diagnostics import ContextScore, ErrorCase, RobustnessScore, ShortcutScore
from weibo_nlp.evaluation.results import Comparison, Result
from weibo_nlp.io.names import quoted
from weibo_nlp.io.typed_json import from_json, to_json

FORMAT_KEY = "weibo_nlp_benchmark"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class BenchmarkReport:
    """Results, their paired comparisons, what was measured beside them, and the circumstances.

    Attributes
    ----------
    title, command : str
        The heading, and what was called.
    results : tuple of Result
        In the order in which they are to be shown.
    comparisons : tuple of Comparison
        Every pair of systems on each task; Holm's correction is over the pairs of one task and protocol.
    package, corpus_version : str or None
        Versions; None where they differ between results.
    hardware : mapping
        As `provenance.hardware` describes the machine.
    ceiling : tuple of AnnotatorScore
        The annotators against each other.
    context, robustness, shortcuts, errors
        See `diagnostics`; empty where they were not measured.
    notes : tuple of str
        What was left out, in sentences.

    Raises
    ------
    DataError
        If two results on one set, task and protocol are of one name: comparisons, ranks and pages tell systems apart
        by it.
    """

    title: str
    command: str
    results: tuple[Result, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    package: str | None = None
    corpus_version: str | None = None
    hardware: Mapping[str, Any] | None = None
    ceiling: tuple[AnnotatorScore, ...] = ()
    context: tuple[ContextScore, ...] = ()
    robustness: tuple[RobustnessScore, ...] = ()
    shortcuts: tuple[ShortcutScore, ...] = ()
    errors: tuple[ErrorCase, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        answered: dict[tuple[Any, ...], int] = {}
        for at, result in enumerate(self.results):
            if (other := answered.setdefault((*result.provenance.question, result.model), at)) != at:
                about = ", ".join(map(quoted, result.provenance.question))
                raise DataError(
                    f"benchmark report: results[{other}] and results[{at}] are both of {quoted(result.model)} on "
                    f"{about}; give every system a name of its own."
                )

    def to_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON, under a format number."""
        return {FORMAT_KEY: FORMAT_VERSION} | {item.name: to_json(getattr(self, item.name)) for item in fields(self)}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave, in this version or in 0.2.0; a section may be absent or null.

        Raises
        ------
        DataError
            If it is no benchmark report, or one of another format, or a part of it is not what it should be or
            contradicts another.
        """
        if FORMAT_KEY not in content:
            raise DataError(
                f"a benchmark report has the field {FORMAT_KEY!r}, this mapping has "
                f"{', '.join(map(repr, list(content)[:5])) or 'none at all'}; "
                "give what `weibo-nlp benchmark --json` writes."
            )
        mark = content[FORMAT_KEY]
        if type(mark) is not int or mark != FORMAT_VERSION:
            raise DataError(
                f"this is a benchmark report of format {quoted(mark)}, and {FORMAT_VERSION} is known here; "
                "run `weibo-nlp benchmark` of this version again."
            )
        sections = {name: value for name, value in content.items() if value is not None}
        own: dict[str, Any] = {}
        for name, record in (("results", Result), ("comparisons", Comparison)):
            rows = sections.pop(name, ())
            if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows):
                raise DataError(f"benchmark report: {name} is no list of JSON objects. Write it again.")
            own[name] = tuple(record.from_dict(row, f"{name}[{at}]") for at, row in enumerate(rows))
        others = from_json(cls, sections, "benchmark report")
        require_consistent(impossible_figures(others), "benchmark report")
        report = replace(others, **own)
        require_consistent(report_contradictions(report), "benchmark report")
        return report
