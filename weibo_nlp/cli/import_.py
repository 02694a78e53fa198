"""``weibo-nlp import``: files of crawlers in, documents out, people protected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from weibo_nlp.cli.inputs import DateOrderName
from weibo_nlp.cli.options import SecretFile, input_path, output_folder
from weibo_nlp.errors import UsageError

if TYPE_CHECKING:
    from weibo_nlp.ingest import Import
    from weibo_nlp.ingest.folder import Protect

SHOWN_FILES = 10


def import_(
    paths: Annotated[
        list[Path],
        Argument(parser=input_path, metavar="path", help="Files of crawlers, and folders of them."),
    ],
    output: Annotated[
        Path,
        Option("-o", "--output", parser=output_folder, metavar="FOLDER", help="Folder for documents.parquet."),
    ],
    family: Annotated[
        str | None, Option(metavar="NAME", help="Family of all files, where what they hold does not tell.")
    ] = None,
    root: Annotated[
        str | None,
        Option(metavar="ID", help="Post that comments answer, as id or address, where their records do not name it."),
    ] = None,
    crawled_at: Annotated[
        str | None,
        Option(metavar="TIME", help="When it was crawled, as 2023-05-01T12:00; dates such as 3分钟前 count from it."),
    ] = None,
    column: Annotated[
        list[str] | None,
        Option(
            "--column",
            metavar="FIELD=NAME",
            help="Of a plain table, the column NAME that holds FIELD (text, id, created_at, author, parent, root and "
            "so on); an empty NAME if none does. May be repeated.",
        ),
    ] = None,
    date_order: Annotated[
        DateOrderName | None,
        Option(help="Of a plain table, which number stands first in dates such as 03/04/2018, where no date tells."),
    ] = None,
    keep_raw: Annotated[
        bool,
        Option(
            "--keep-raw", help="Leave ids, names, numbers and addresses of people as they are. By default none stay."
        ),
    ] = False,
    secret: SecretFile = None,
    quiet: Annotated[bool, Option("-q", "--quiet", help="Show no summary.")] = False,
) -> None:
    """Read crawls as documents: posts, reposts and comments with their threads, in one form for all crawlers.

    The crawler is known by what its files hold. FOLDER gets documents.parquet, which label reads, import.json with
    figures, and documents.parquet.rejected.jsonl with the records that are set aside. People are protected: users and
    posts get pseudonyms, the same in every import with the same secret. A table that no crawler wrote is read with
    --family table, and it is told which column is taken for what. If records are set aside or files of a folder
    with texts passed over, the exit code is 1.
    """
    from weibo_nlp.cli.output import writable
    from weibo_nlp.ingest import Options, read
    from weibo_nlp.ingest.folder import write_import
    from weibo_nlp.io.terminal import print_line, terminal_console

    if keep_raw and secret is not None:
        raise UsageError("--keep-raw and --secret exclude each other; leave one out.")
    writable({}, inputs=paths, closed=[path for path in paths if path.is_dir()], folders={"--output": output})
    protect = None if keep_raw else _protection(secret, output)
    options = Options(root, _moment(crawled_at), columns=_columns(column or []), date_order=date_order)
    crawl = read(paths, family, options)
    if not quiet:
        for each in crawl.crawls[:SHOWN_FILES]:
            print_line(f"Reading {each.source.path} as {each.family.name}", err=True)
            for sentence in each.family.guessed(each.source, options):
                print_line(f"  {sentence}", err=True)
        if len(crawl.crawls) > SHOWN_FILES:
            print_line(f"and {len(crawl.crawls) - SHOWN_FILES:,} more", err=True)
    console = terminal_console(err=True, quiet=quiet)
    if console.is_terminal and not quiet:
        with console.status("Reading"):
            written = write_import(crawl, output, protect)
    else:
        written = write_import(crawl, output, protect)
    _tell_unread(crawl)
    if not quiet:
        _tell(crawl, written)
    if crawl.tally.set_aside or any(each.holds_text for each in crawl.unread):
        raise typer.Exit(1)


def _protection(secret: Path | None, output: Path) -> Protect:
    from weibo_nlp.privacy import load_secret, protect

    key = load_secret(secret, apart_from=[output])
    return lambda documents: protect(documents, key)


def _columns(named: Sequence[str]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for each in named:
        field, sign, name = each.partition("=")
        if not sign or field in columns:
            raise UsageError(f"--column {each}: {'said twice' if sign else 'no FIELD=NAME'}; write --column text=body.")
        columns[field] = name
    return columns


def _moment(text: str | None) -> datetime | None:
    from weibo_nlp.ingest.times import CHINA

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--crawled-at {text!r} is no time; write it as 2023-05-01T12:00.") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=CHINA)


def _tell_unread(crawl: Import) -> None:
    from weibo_nlp.io.terminal import print_line

    texts = [each for each in crawl.unread if each.holds_text]
    for each in texts[:SHOWN_FILES]:
        print_line(f"Passed over: {each.reason}", err=True)
    if len(texts) > SHOWN_FILES:
        print_line(f"and {len(texts) - SHOWN_FILES:,} files more", err=True)
    if n_others := len(crawl.unread) - len(texts):
        print_line(f"{n_others:,} files without text passed over, such as pictures", err=True)


def _tell(crawl: Import, written: Path) -> None:
    from weibo_nlp.io.terminal import print_line

    tally = crawl.tally
    kinds = ", ".join(f"{count:,} {kind}s" for kind, count in sorted(tally.kinds.items()))
    print_line(f"{tally.records:,} records: {tally.documents:,} documents ({kinds or 'none'}): {written}", err=True)
    if tally.merged:
        print_line(f"{tally.merged:,} records merged into others of the same id", err=True)
    if (complete := tally.completeness).posts:
        print_line(
            f"{complete.seen:,} of {complete.stated:,} comments below {complete.posts:,} posts, as the platform counts",
            err=True,
        )
    for flag, count in sorted(tally.flags.items()):
        print_line(f"{count:,} documents flagged {flag}", err=True)
    for reason, count in tally.reasons.most_common(SHOWN_FILES):
        print_line(f"{count:,} records set aside: {reason}", err=True)
