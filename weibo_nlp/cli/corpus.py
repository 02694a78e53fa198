"""``weibo-nlp corpus``: check the corpus of a clone, or the release that came with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument

from weibo_nlp.cli.options import group, input_path
from weibo_nlp.errors import UsageError

corpus = group()


@corpus.command()
def check(
    path: Annotated[
        Path | None,
        Argument(
            parser=input_path,
            metavar="path",
            help="A clone with corpus/ and annotations/, or a release folder. Default: the shipped release.",
        ),
    ] = None,
) -> None:
    """Check a corpus; print each breach as file:line: [level rule] sentence.

    In a clone all levels are checked: form, scheme, references, splits and duplicates, released = rebuilt. A release
    alone is checked against its manifest, its schema and its label scheme. After a breach the exit code is 3.
    """
    from weibo_nlp import _resources
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.release.integrity import validate_release
    from weibo_nlp.release.validate import validate

    folder = (path or _resources.corpus_dir()).resolve()
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder; name a clone with corpus/ and annotations/, or a release.")
    if path is None and (folder.parent / "annotations" / "scheme.yaml").exists():
        folder = folder.parent
    if (folder / "annotations" / "scheme.yaml").exists():
        problems = validate(folder)
    elif (folder / "manifest.json").exists():
        problems = validate_release(folder)
    else:
        raise UsageError(f"{folder}: neither annotations/scheme.yaml nor manifest.json; name a clone or a release.")
    for problem in problems:
        print_line(problem.shown(folder))
    if problems:
        print_line(f"{len(problems)} problems", err=True)
        raise typer.Exit(3)
    print_line(f"{folder}: all rules hold")
