"""``weibo-nlp report``: labelled posts in, one page for people out, with its figures and tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, Option

from weibo_nlp.cli.inputs import DateOrder, Delimiter, Encoding, FormatName, Header, Records, Sheet, reading_of
from weibo_nlp.cli.options import MAX_SEED, SecretFile, input_path, output_file, output_folder
from weibo_nlp.errors import UsageError

_MOST_EXAMPLES = 50


def report(
    labelled: Annotated[
        Path,
        Argument(
            parser=input_path,
            metavar="LABELLED",
            help="What weibo-nlp label wrote: a file, or the folder of a job; or any table with columns of labels.",
        ),
    ],
    output: Annotated[
        Path,
        Option("-o", "--output", parser=output_file, metavar="PATH", help="The page to write (.html)."),
    ],
    estimates: Annotated[
        Path | None,
        Option(
            parser=input_path,
            metavar="PATH",
            help="What weibo-nlp estimate wrote of the same rows; without it, the page calls its shares uncorrected.",
        ),
    ] = None,
    by: Annotated[
        list[str] | None,
        Option(
            "--by",
            metavar="COLUMN",
            help="Compare groups by a column. One of day, week, month, quarter and year is the period of shares over "
            "time. May be repeated.",
        ),
    ] = None,
    phrase: Annotated[
        list[str] | None,
        Option(metavar="PHRASE", help="Count the texts that hold a phrase, over time and by label; may be repeated."),
    ] = None,
    text_column: Annotated[
        str | None, Option(metavar="NAME", help="Column with the text; by default guessed by its name.")
    ] = None,
    time_column: Annotated[
        str | None, Option(metavar="NAME", help="Column with the time; by default guessed by its name.")
    ] = None,
    label_column: Annotated[
        list[str] | None,
        Option(
            "--label", metavar="COLUMN", help="Column of labels; may be repeated. By default those that label writes."
        ),
    ] = None,
    language: Annotated[
        Literal["en", "zh"], Option("--lang", help="Language of the page's own words: English or Chinese.")
    ] = "en",
    title: Annotated[str | None, Option(metavar="TEXT", help="Title of the page.")] = None,
    figures: Annotated[
        Path | None,
        Option(
            parser=output_folder,
            metavar="FOLDER",
            help="Also save every figure as SVG and PNG (300 dpi), and every table as CSV, in this folder.",
        ),
    ] = None,
    font: Annotated[
        str | None,
        Option(
            metavar="FILE_OR_NAME",
            help="Font with Chinese for the figures; by default one is looked for among those installed.",
        ),
    ] = None,
    max_examples: Annotated[
        int, Option(min=0, max=_MOST_EXAMPLES, help="Examples of each label, at random and again among the unsure.")
    ] = 3,
    texts: Annotated[
        bool, Option("--texts/--no-texts", help="Show examples; a page without anybody's text is easier to share.")
    ] = True,
    raw_texts: Annotated[
        bool,
        Option(
            "--raw-texts", help="Show texts as they are; by default names behind an @, links and contacts are masked."
        ),
    ] = False,
    secret: SecretFile = None,
    seed: Annotated[int, Option(min=0, max=MAX_SEED, help="Random seed of what is drawn.")] = 0,
    format: Annotated[FormatName | None, Option("--format", help="Format of the input; by default found out.")] = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    date_order: DateOrder = None,
    header: Header = None,
    records: Records = None,
    sheet: Sheet = None,
    quiet: Annotated[bool, Option("-q", "--quiet", help="Say nothing of what was written.")] = False,
) -> None:
    """Show what labelled posts come to: one page without a network, to read, to print and to give away.

    Shares of each label, over time and by group, stance towards each target, what goes with what, words and hashtags of
    each side, phrases, examples with what they answer, and how good the data is. Shares are what a model predicted, and
    the page says so, unless --estimates gives what people's labels of a random sample make of them: draw one with
    sample, have it labelled with annotate, and correct with estimate.
    """
    from weibo_nlp.analysis.findings import find
    from weibo_nlp.cli.output import writable
    from weibo_nlp.io.collection import open_collection
    from weibo_nlp.io.names import printable_name
    from weibo_nlp.io.suffixes import require_suffix
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.report.discourse_page import DiscoursePage
    from weibo_nlp.report.figure_files import require_figures_folder, write_figures
    from weibo_nlp.report.fonts import find_fonts, require_matplotlib
    from weibo_nlp.report.words import Words

    if secret is not None and (raw_texts or not texts):
        raise UsageError("--secret is what names are masked with; leave it out, or --raw-texts and --no-texts.")
    if raw_texts and not texts:
        raise UsageError("--raw-texts and --no-texts exclude each other; leave one out.")
    if font is not None and figures is None:
        raise UsageError("--font is for the pictures of --figures; the page is drawn with fonts of who reads it.")
    require_matplotlib()
    require_suffix(output, ".html", ".htm")
    closed = [labelled] if labelled.is_dir() else []  # tables added to a folder would be parts of it
    writable({"--output": output}, inputs=[labelled, estimates], closed=closed, folders={"--figures": figures})
    fonts = None
    if figures is not None:
        fonts = find_fonts(font)
        require_figures_folder(figures)
        fonts.drawable(Words(language).text("contents"))  # now rather than after the work
    mask = None if raw_texts or not texts else _mask(secret, output, figures)
    reading = reading_of(
        encoding=encoding, delimiter=delimiter, header=header, records=records, sheet=sheet, date_order=date_order
    )
    findings = find(
        open_collection(labelled, format, **reading),
        estimates=estimates,
        by=by or (),
        time_column=time_column,
        phrases=phrase or (),
        text_column=text_column,
        label_columns=label_column or (),
        most_examples=max_examples if texts else 0,
        seed=seed,
    )
    page = DiscoursePage(findings, language=language, title=title, mask=mask, with_texts=texts)
    if figures is not None and fonts is not None:
        written = write_figures(figures, page.panels, fonts, page.example_tables())
        drawn = "" if fonts.chinese is None else f"; pictures drawn with {fonts.chinese}"
        if not quiet:
            print_line(f"Figures and tables: {len(written):,} files in {printable_name(str(figures))}{drawn}", err=True)
    page.write(output)
    if findings.time_column is not None and findings.shares.period is None:
        column = printable_name(findings.time_column)
        print_line(f"No time in column {column} can be read, so nothing is shown over time.", err=True)
    if not findings.shares.is_corrected:
        print_line("Shares are uncorrected: sample, annotate and estimate make intervals; see the page.", err=True)
    if not quiet:
        print_line(f"Page: {printable_name(str(output))}", err=True)


def _mask(secret: Path | None, output: Path, figures: Path | None) -> Callable[[str], str]:
    """Return what takes people out of texts, by the secret that imports are made with."""
    from weibo_nlp.io.destination import destination_of
    from weibo_nlp.privacy import Protection, Pseudonyms, load_secret

    beside = [output] if destination_of(output).file is not None else []
    key = load_secret(secret, beside=beside, apart_from=[] if figures is None else [figures])
    return Protection(Pseudonyms(key)).text
