"""``weibo-nlp leaderboard``: keep prediction files with their scores, and rank systems so that ties stay ties."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from weibo_nlp.cli.options import ExternalPath, JsonFile, Resamples, Rounds, Seed, group, input_path, output_folder

STATES = {
    "added": "added",
    "present": "is there already, unchanged; nothing was done",
    "restored": "was there, missing or damaged in part; it is restored",
}
_Folder = Annotated[Path, Option(parser=input_path, metavar="PATH", help="The leaderboard.")]

leaderboard = group()


@leaderboard.command()
def add(
    predictions: Annotated[
        list[Path],
        Argument(
            parser=input_path,
            metavar="predictions",
            help="Prediction file; several are one system's, each with a seed of its own.",
        ),
    ],
    folder: Annotated[Path, Option(parser=output_folder, metavar="PATH", help="The leaderboard.")] = Path(
        "leaderboard"
    ),
    hardware: Annotated[str | None, Option(help="What the system ran on. Default: this machine.")] = None,
    command: Annotated[str | None, Option(help="What made the predictions.")] = None,
    path: ExternalPath = None,
    seed: Seed = 0,
    resamples: Resamples = 2000,
) -> None:
    """Score predictions, and keep both in the leaderboard.

    Figures are always those of the predictions. A version of a system never changes: other predictions under the same
    name and version are refused, and so are runs with other seeds than those that were added together. Rows of an
    external copy that cannot be read are set aside, counted and named, and the exit code is then 1.
    """
    from weibo_nlp.cli.output import leave_if_set_aside
    from weibo_nlp.io.folders import require_writable_folder
    from weibo_nlp.io.names import printable_name
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.leaderboard.additions import add_predictions
    from weibo_nlp.stats import BootstrapConfig

    require_writable_folder(folder, "--folder")
    bootstrap = BootstrapConfig(n_resamples=resamples, seed=seed)
    entries = add_predictions(
        predictions, folder, external_path=path, hardware_text=hardware, command=command, bootstrap=bootstrap
    )
    for added in entries:
        header = added.entry.header
        run = "" if header.seed is None else f" seed {header.seed}"
        score = f"{added.entry.scores.main_metric} {added.entry.main.value:.3f}"
        name = f"{printable_name(header.model.name)} {printable_name(header.model.version, 24)}{run}"
        print_line(f"{name}, {score}: {STATES[added.state]} ({added.path})")
    for note in entries[0].notes:
        print_line(f"Note: {note}")
    leave_if_set_aside(entries[0].n_set_aside)


@leaderboard.command()
def show(
    folder: _Folder = Path("leaderboard"),
    set_name: Annotated[str | None, Option("--set", help="Only tables of this set.")] = None,
    task: Annotated[str | None, Option(help="Only tables of this task.")] = None,
    protocol: Annotated[str | None, Option(help="Only tables of this protocol.")] = None,
    systems: Annotated[
        list[str] | None,
        Option(
            "--system",
            help="Only this system: NAME==VERSION, or NAME for all its versions; all named are corrected together.",
        ),
    ] = None,
    json_file: JsonFile = None,
    markdown: Annotated[bool, Option("--markdown", help="Print Markdown tables.")] = False,
    path: Annotated[
        Path | None,
        Option(parser=input_path, metavar="PATH", help="Folder of your copies, to test tables on external sets."),
    ] = None,
    seed: Seed = 0,
    rounds: Rounds = 10_000,
) -> None:
    """Score every entry of the leaderboard again, test all pairs of systems, and print the tables.

    Each pair is a question of its own, so that the verdict on two systems does not depend on what else was entered;
    pairs of the systems named with --system are corrected together, by Holm. Files that are damaged, missing or changed
    are named, their rows set aside, and the exit code is then 1.
    """
    from weibo_nlp.cli.output import leave_if_set_aside, writable, write_json
    from weibo_nlp.io.terminal import print_line, print_lines
    from weibo_nlp.leaderboard.entries import leaderboard_folders
    from weibo_nlp.leaderboard.ranking import standings
    from weibo_nlp.report.leaderboard import markdown_tables, print_tables
    from weibo_nlp.stats import BootstrapConfig

    writable({"--json": json_file}, inputs=[path], closed=leaderboard_folders(folder))
    ranked = standings(
        folder,
        set_name=set_name,
        task=task,
        protocol=protocol,
        systems=systems or (),
        external_path=path,
        n_permutations=rounds,
        bootstrap=BootstrapConfig(seed=seed),
    )
    if markdown:
        print_lines(markdown_tables(ranked))
    else:
        print_tables(ranked)
    write_json(json_file, ranked.to_dict())
    for item in ranked.set_aside:
        print_line(f"Set aside: {item.reason}", err=True)
    if ranked.set_aside:
        print_line(f"{len(ranked.set_aside)} set aside", err=True)
        raise typer.Exit(1)
    leave_if_set_aside(sum(table.n_set_aside for table in ranked.tables))
