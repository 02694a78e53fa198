"""``weibo-nlp compare``: prediction files against each other, on the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument

from weibo_nlp.cli.options import ExternalPath, JsonFile, Resamples, Rounds, Seed, input_path


def compare(
    files: Annotated[
        list[Path],
        Argument(parser=input_path, metavar="files", help="Two or more prediction files about the same thing."),
    ],
    path: ExternalPath = None,
    json_file: JsonFile = None,
    seed: Seed = 0,
    rounds: Rounds = 10_000,
    resamples: Resamples = 2000,
) -> None:
    """Say whether one system is better than another, or whether they tie.

    Both are scored on the same rows; whole units (threads, events) are exchanged between them at random to see how
    often chance alone would part them as far. With more than two files all pairs are tested, corrected by Holm: the
    files named are what is asked of. Rows of an external copy that cannot be read are set aside, counted and named, and
    the exit code is then 1.
    """
    from weibo_nlp.cli.output import leave_if_set_aside, signed_bounds, writable, write_json
    from weibo_nlp.evaluation.comparison import compare as compare_files
    from weibo_nlp.io.names import printable_name
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.report.display import bounds, few_units_note, holm_note, number
    from weibo_nlp.report.terminal import print_table
    from weibo_nlp.stats import BootstrapConfig

    writable({"--json": json_file}, inputs=[*files, path])
    bootstrap = BootstrapConfig(n_resamples=resamples, seed=seed)
    table = compare_files(files, external_path=path, n_permutations=rounds, bootstrap=bootstrap)
    spec, main = table.spec, table.files[0].main
    version = "" if spec.version is None else f" {spec.version}"
    about = f"{spec.set}{version}: {spec.name}, {spec.protocol}, {spec.test}; {table.n:,} rows"
    print_line(f"{about} of {main.n_units or 0:,} units ({spec.units})")
    star = "*" if main.few_units else ""
    rows = [
        (str(file.rank), file.name, number(file.main.value), f"{bounds(file.main)}{star}", printable_name(file.path))
        for file in table.files
    ]
    print_table(("rank", "system", spec.main_metric, "95 % interval", "file"), rows, figures=(0, 2, 3))
    if note := few_units_note([main.n_units or 0]):
        print_line(note)
    for pair in table.comparisons:
        gap = pair.difference
        n_pairs = len(table.comparisons)
        corrected = f", {pair.p_holm:.4f} after Holm over the {n_pairs} pairs" if n_pairs > 1 else ""
        print_line(
            f"{pair.a} less {pair.b}: {gap.value:+.3f}, 95 % interval {signed_bounds(gap)}, "
            f"p = {pair.p:.4f}{corrected} ({pair.rounds:,} {pair.method} assignments; predictions differ in "
            f"{pair.n_differing_units:,} of {pair.n_units:,} {spec.units})"
        )
        print_line(f"  {'tie' if pair.better is None else f'{pair.better} is better'}")
    if len(table.comparisons) > 1:
        print_line(holm_note(table.comparisons))
    for note in table.notes:
        print_line(f"Note: {note}")
    write_json(json_file, table.to_dict())
    leave_if_set_aside(table.n_set_aside)
