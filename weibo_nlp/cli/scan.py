"""``weibo-nlp scan``: what files still hold of people, before they are given away."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from weibo_nlp.cli.options import input_path


def scan(
    paths: Annotated[
        list[Path], Argument(parser=input_path, metavar="path", help="Files, and folders with all that lies in them.")
    ],
    quiet: Annotated[bool, Option("-q", "--quiet", help="Print no summary.")] = False,
) -> None:
    """Look for what leads to people in files that are to be shared.

    Printed, tab-separated, are file, kind, how often, the first places, and the form of the first value, in which 0
    stands for a digit, x for a letter and 字 for any other: no value is repeated. Looked for are telephone numbers,
    identity and bank cards, QQ and WeChat accounts, addresses of mail, plates, names of pictures, links to posts and
    people, names behind @, and fields that by their names hold users, posts, addresses or places; pseudonyms are none.
    Names in running words cannot be found. If anything is found or cannot be read, the exit code is 1.
    """
    from weibo_nlp.io.terminal import print_line, print_row
    from weibo_nlp.privacy.scan import UNREAD, scan_files

    n_files = n_holding = n_unread = 0
    for scanned in scan_files(paths):
        n_files += 1
        n_holding += bool(scanned.findings.keys() - {UNREAD})
        n_unread += UNREAD in scanned.findings
        for kind, finding in sorted(scanned.findings.items()):
            more = "; …" if finding.count > len(finding.places) else ""
            places = "; ".join(finding.places) + more
            print_row((str(scanned.path), kind, str(finding.count), places, finding.shape))
    if not quiet:
        unread = f", {n_unread:,} not looked into from end to end" if n_unread else ""
        print_line(f"{n_files:,} files, {n_holding:,} of them with what leads to people{unread}", err=True)
    if n_holding or n_unread:
        raise typer.Exit(1)
