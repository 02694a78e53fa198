"""One HTML page from the findings on a labelled collection, and the same figures and tables as files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from weibo_nlp import __version__
from weibo_nlp.report import display
from weibo_nlp.report.colours import style_variables
from weibo_nlp.report.drawing import as_svg, settings
from weibo_nlp.report.figure_panel import Panel, rows_of
from weibo_nlp.report.page import write_template
from weibo_nlp.report.share_panels import SharePanels
from weibo_nlp.report.svg import inline_svg
from weibo_nlp.report.table_view import TableView, share, table_view
from weibo_nlp.report.text_panels import TextPanels
from weibo_nlp.report.words import Language, Words

if TYPE_CHECKING:
    import pandas as pd

    from weibo_nlp.analysis.findings import Findings

TEXT_LIMIT = 800
"""Characters of a text that a page shows."""
_MASKED, _UNSURE = 100_000, 200  # characters that a mask looks at; of these, the last, which may be cut in two
_SHORT_SUM, _LONGEST_NOTE = 16, 1_000


@dataclass(frozen=True, slots=True)
class PanelView:
    """A panel as the templates print it."""

    anchor: str
    title: Markup
    notes: tuple[Markup, ...]
    svg: Markup | None
    table: TableView


@dataclass(frozen=True, slots=True)
class Example:
    """A text with those above it."""

    text: Markup
    above: tuple[Markup, ...]
    n_left_out: int
    place: str
    id: Markup | None
    score: str | None
    is_unsure: bool


@dataclass(frozen=True, slots=True)
class ExampleGroup:
    """Examples of one label."""

    column: Markup
    target: Markup | None
    label: Markup
    colour: str
    examples: tuple[Example, ...]


class DiscoursePage:
    """The page on a labelled collection.

    Parameters
    ----------
    findings : Findings
        What :func:`weibo_nlp.analysis.findings.find` computed.
    language : {"en", "zh"}
        Of the page's own words.
    title : str, optional
        By default one with the collection's name.
    mask : callable, optional
        Takes what leads to people out of a text; without it, texts stand as they are.
    with_texts : bool
        Whether examples are shown; a page without is easier to share.
    """

    def __init__(
        self,
        findings: Findings,
        *,
        language: Language = "en",
        title: str | None = None,
        mask: Callable[[str], str] | None = None,
        with_texts: bool = True,
    ) -> None:
        self.findings, self.words = findings, Words(language)
        self._mask, self._with_texts = mask, with_texts
        self._title = title or self.words.text("default_title", name=findings.name)
        self._shares = SharePanels(findings, self.words)
        self._texts = TextPanels(findings, self.words, self._shares.colours)

    @cached_property
    def sections(self) -> Mapping[str, list[Panel]]:
        """Panels by section, in the order of the page; a section without panels is there and empty."""
        stance = [panel for panel in (self._shares.stance(), self._shares.estimated()) if panel is not None]
        frames = self._texts.frames()
        return {
            "shares": self._shares.overall(),
            "time": self._shares.over_time(),
            "groups": [panel for _, panels in self._shares.by_group() for panel in panels],
            "differences": self._differences(),
            "stance": stance,
            "crossing": [*self._texts.crossings(), *([frames] if frames is not None else [])],
            "keywords": self._texts.keywords(),
            "phrases": self._texts.phrases(),
            "quality": self._quality(),
        }

    @cached_property
    def panels(self) -> Mapping[str, Panel]:
        """All panels by what their files are called, which sorts as the page does."""
        listed = [panel for panels in self.sections.values() for panel in panels]
        return {f"{number:02d}-{panel.name}": panel for number, panel in enumerate(listed, start=1)}

    def write(self, path: Path | str) -> None:
        """Write the page as one file, beside and renamed; the same findings give the same bytes.

        Raises
        ------
        UsageError
            If the file cannot be written.
        """
        stems = {id(panel): stem for stem, panel in self.panels.items()}
        views = {
            name: [self._view(stems[id(panel)], panel) for panel in panels] for name, panels in self.sections.items()
        }
        write_template(
            path,
            "discourse.html",
            w=self.words,
            title=self.words.shown(self._title, 200),
            window_title=self._title,
            light=Markup(style_variables(dark=False)),
            dark=Markup(style_variables(dark=True)),
            findings=self.findings,
            sections=views,
            made=self._made(),
            time_notes=self._time_notes(),
            keyword_notes=self._texts.keyword_notes(),
            phrase_lines=self._texts.phrase_lines(),
            corrected=self._corrected_notes(),
            examples=self._examples() if self._with_texts else (),
            examples_note=self._examples_notes(),
            quality=self._quality_lines(),
            cite=self._cite(),
        )

    def example_tables(self) -> dict[str, pd.DataFrame]:
        """Return the examples as a table for a file, masked as on the page; none where the page has no texts."""
        table = self.findings.examples.table
        if not self._with_texts or not len(table):
            return {}
        texts = [self._masked(text) for text in table["text"]]
        above = [json.dumps([self._masked(text) for text in each], ensure_ascii=False) for each in table["above"]]
        shown = table.assign(text=texts, above=above)
        return {"examples": shown if self._mask is None else shown.drop(columns="id")}

    def _view(self, stem: str, panel: Panel) -> PanelView:
        svg = None
        if panel.chart is not None:
            with settings(stem):
                drawn = as_svg(panel.chart.draw(str))
            svg = Markup(inline_svg(drawn, panel.title, panel.description, stem))
        return PanelView(stem, self.words.shown(panel.title, 200), panel.notes, svg, table_view(panel, self.words))

    def _corrected_notes(self) -> list[Markup] | None:
        """Sentences on corrected shares; None where nothing is corrected."""
        shares = self.findings.shares
        if not shares.is_corrected:
            return None
        table = shares.table
        is_partly = bool(table["low"].isna().any())
        notes = [self.words("corrected_note", level=_level(shares.confidence_level))]
        notes += [self.words("partly_note")] if is_partly else []
        said = self.findings.estimated_by.get("notes")
        return notes + [self.words.shown(note, _LONGEST_NOTE) for note in (said if isinstance(said, list) else [])]

    def _time_notes(self) -> list[Markup]:
        panels, kind = self.sections["time"], self.findings.shares.period
        if not panels or kind is None:
            return [self.words("time_none")]
        period = self.words.name("periods", kind)
        table = self.findings.shares.table
        is_corrected = bool(table.loc[table["period"].notna(), "low"].notna().any())
        notes = [self.words("time_by", period=period)]
        if table["period"].nunique() == 1:
            notes.append(self.words("time_one", period=period))
        else:
            notes.append(self.words("time_gap_corrected" if is_corrected else "time_gap"))
        keys = ("time_band", "time_predicted") if is_corrected else ("time_dashed",)
        return [*notes, *map(self.words, keys)]

    def _differences(self) -> list[Panel]:
        shares = self.findings.shares
        tables = {"differences_heading": shares.differences, "unplaced_heading": shares.unplaced}
        return [
            Panel(key.removesuffix("_heading"), self.words.text(key), table, headings={"share": "share_of_rows"})
            for key, table in tables.items()
            if len(table)
        ]

    def _quality(self) -> list[Panel]:
        quality, words = self.findings.quality, self.words
        tables = {
            "quality_measures": quality.measures,
            "quality_set_aside": quality.set_aside,
            "quality_empty": quality.empty,
            "quality_flags": quality.flags,
            "quality_concentration": quality.concentration,
            "quality_gaps": quality.gaps,
        }
        of_rows = {"share": "share_of_rows"}
        return [
            Panel(key.replace("_", "-"), words.text(key), table, headings=of_rows)
            for key, table in tables.items()
            if len(table)
        ]

    def _quality_lines(self) -> list[Markup]:
        quality, words = self.findings.quality, self.words
        lines = [
            words(
                "quality_concentration_line",
                by=words.name("units", row.by),
                n_units=display.count(row.n_units),
                n_rows=display.count(row.n_rows),
                largest=display.count(row.largest),
                share=share(row.share_of_largest),
                ten=share(row.share_of_top_ten),
                effective=f"{row.effective_units:,.1f}",
            )
            for row in rows_of(quality.concentration)
        ]
        if (threads := quality.completeness) is not None:
            lines.append(
                words(
                    "quality_completeness",
                    stated=display.count(threads.stated),
                    posts=display.count(threads.posts),
                    seen=display.count(threads.seen),
                    share=share(threads.seen / threads.stated) if threads.stated else display.NOTHING,
                    incomplete=display.count(threads.incomplete),
                )
            )
        if quality.near_copies_read:
            lines.append(words("quality_near", n=display.count(quality.near_copies_read)))
        if passed_over := self.findings.passed_over:
            shown = Markup(words("list_comma")).join(words.shown(name) for name in passed_over)
            lines.append(words("quality_passed_over", columns=shown))
        return lines

    def _made(self) -> list[tuple[Markup, Markup]]:
        """What was labelled and how, as terms with what they are."""
        findings, words = self.findings, self.words
        by, unknown = findings.labelled_by, words("made_unknown")
        named = by.get("models")
        models = [self._model(task, model) for task, model in named.items()] if isinstance(named, Mapping) else []
        mode = [words("made_mode", mode=words.shown(by["mode"]))] if by.get("mode") else []
        days = (findings.quality.first_day, findings.quality.last_day)
        span = words("to_range", low=words.shown(days[0]), high=words.shown(days[1])) if all(days) else None
        terms: list[tuple[str, Markup | None]] = [
            ("made_collection", words.shown(findings.name, 200)),
            ("made_rows", Markup(display.count(findings.n))),
            ("made_sum", Markup("<code>{}</code>").format(findings.sha256)),
            ("made_text", self._column(findings.text_column)),
            ("made_time", self._column(findings.time_column)),
            ("made_span", span),
            ("made_weights", self._joined([words.shown(by["weights"]), *mode]) if by.get("weights") else unknown),
            ("made_models", self._joined(models) if models else None),
            ("made_estimates", self._sample()),
            ("made_program", words("made_by", version=__version__, seed=findings.examples.seed)),
        ]
        return [(words(key), said) for key, said in terms if said is not None]

    def _sample(self) -> Markup:
        """How the sample was drawn and what of it was labelled, as far as the file of estimates says."""
        words, sample = self.words, self.findings.estimated_by.get("sample")
        if not self.findings.shares.is_corrected:
            return words("made_no_sample")
        sample = sample if isinstance(sample, Mapping) else {}
        design, labelled = sample.get("method"), sample.get("n_labelled")
        named = words.shown(words.name("designs", design)) if isinstance(design, str) else None
        counts = labelled.items() if isinstance(labelled, Mapping) else ()
        drawn = words(
            "made_sample",
            n=_count(sample.get("n")),
            design="" if named is None else words("made_design", design=named),
            level=_level(self.findings.shares.confidence_level),
        )
        parts = [words("made_labelled", column=words.shown(words.column(str(of))), n=_count(n)) for of, n in counts]
        return Markup("{}<br>{}").format(drawn, self._joined(parts)) if parts else drawn

    def _joined(self, parts: list[Markup]) -> Markup:
        return self.words("list_comma").join(parts)

    def _column(self, name: str | None) -> Markup:
        return self.words("made_none") if name is None else self.words.shown(name)

    def _model(self, task: str, model: Any) -> Markup:
        named = model if isinstance(model, Mapping) else {}
        parts = [str(named[key]) for key in ("name", "version") if named.get(key)]
        return Markup("{}: {}").format(self.words.shown(task), self.words.shown(" ".join(parts)))

    def _examples(self) -> tuple[ExampleGroup, ...]:
        table = self.findings.examples.table
        groups: dict[tuple[str, str | None, str], list[Example]] = {}
        for row in rows_of(table):
            target = None if row.target is None or row.target != row.target else str(row.target)
            groups.setdefault((row.label_column, target, row.label), []).append(self._example(row))
        words = self.words
        return tuple(
            ExampleGroup(
                words.shown(words.column(column)),
                None if target is None else words.shown(target),
                words.shown(words.label(column, label)),
                self._shares.colours.of(column, label).name,
                tuple(examples),
            )
            for (column, target, label), examples in groups.items()
        )

    def _example(self, row: Any) -> Example:
        above = tuple(self.words.shown(self._masked(text), TEXT_LIMIT, lines=True) for text in row.above)
        is_raw = self._mask is None and row.id is not None and row.id == row.id
        return Example(
            self.words.shown(self._masked(row.text), TEXT_LIMIT, lines=True),
            above,
            row.n_above - len(above),
            display.count(row.place),
            self.words.shown(row.id) if is_raw else None,
            f"{row.score:.2f}" if row.score == row.score else None,
            row.kind == "unsure",
        )

    def _masked(self, text: str) -> str:
        """Return a text without what leads to people; of one that is far too long for a page, the beginning."""
        if self._mask is None:
            return text
        # What the cut may have left of a name or number goes as well.
        return self._mask(text) if len(text) <= _MASKED else self._mask(text[:_MASKED])[:-_UNSURE] + "…"

    def _examples_notes(self) -> list[Markup]:
        if not self._with_texts:
            return [self.words("examples_left_out")]
        if not len(self.findings.examples.table):
            return [self.words("examples_none")]
        how = "examples_raw" if self._mask is None else "examples_masked"
        return [self.words("examples_note", seed=self.findings.examples.seed), self.words(how)]

    def _cite(self) -> list[Markup]:
        findings, words = self.findings, self.words
        weights = findings.labelled_by.get("weights")
        cited = words(
            "cite_text",
            version=__version__,
            weights=words("made_unknown") if weights is None else words.shown(weights),
            name=words.shown(findings.name),
            n=display.count(findings.n),
            sum=findings.sha256[:_SHORT_SUM],
        )
        return [cited, *([words("cite_methods")] if len(findings.keywords.table) else [])]


def _level(level: Any) -> str:
    """A confidence level as a percentage; a dash where the file of estimates has no number there."""
    return f"{100 * level:g}%" if isinstance(level, int | float) else display.NOTHING


def _count(value: Any) -> str:
    return display.count(value) if isinstance(value, int) else display.NOTHING
