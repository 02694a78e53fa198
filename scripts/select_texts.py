"""Keep the texts of a group that are most like real ones, and enter them into the corpus with their specifications."""

import argparse
import os
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.publishing import failure
from composing.plan import read_plan
from composing.real_texts import real_texts
from composing.rules import broken_rules
from composing.selection import Written, costs, kept, shortfalls
from composing.sheet import read_rows

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError, UsageError, WeiboNlpError
from weibo_nlp.io.jsonl import write_jsonl
from weibo_nlp.io.yaml_file import read_yaml
from weibo_nlp.profiling.surface_features import is_traditional
from weibo_nlp.release.sources import SPECIFICATIONS

ROOT = Path(__file__).resolve().parent.parent
TEXTS = "corpus/texts"
Row = Mapping[str, Any]


def read_sheets(sheets: Path, texts: Path, events: Iterable[str]) -> dict[str, list[tuple[Row, Row]]]:
    """Pairs of specification and text by event; every fault of form is told at once."""
    pairs: dict[str, list[tuple[Row, Row]]] = {}
    faults = []
    for event in events:
        pairs[event] = []
        for path in sorted(sheets.glob(f"{event}.*.jsonl")):
            answer = texts / path.name
            if not answer.exists():
                faults.append(f"{answer}: is not there")
                continue
            by_number = {row.get("n"): row for row in read_rows(answer)}
            for line in read_rows(path):
                row = by_number.pop(line["n"], None)
                if row is None or not str(row.get("text", "")).strip() or not str(row.get("author", "")).strip():
                    faults.append(f"{answer}: number {line['n']} has no text or no author")
                elif line["kind"] == "article" and not row.get("title"):
                    faults.append(f"{answer}: article {line['n']} has no title")
                else:
                    pairs[event].append((line, row))
            faults += [f"{answer}: number {number} is on no line of the sheet" for number in by_number]
    if faults:
        raise DataError("\n".join(faults))
    return pairs


def read_struck(paths: Iterable[Path], written: Collection[str]) -> dict[str, str]:
    """Reason by key of the texts that readers struck out: lines `event/number<TAB>reason`.

    Raises
    ------
    DataError
        Naming every line that is none, or about a text that is on no sheet.
    """
    struck: dict[str, str] = {}
    faults = []
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            key, _, reason = line.partition("\t")
            if key not in written or not reason.strip():
                faults.append(f"{path}, line {number}: {line[:60]!r} is no text of the sheets with a reason")
            struck[key] = reason.strip()
    if faults:
        raise DataError("\n".join(faults))
    return struck


def written_of(event: str, pairs: Iterable[tuple[Row, Row]]) -> list[Written]:
    """Texts as they are chosen from."""
    return [
        Written(
            f"{event}/{line['n']}",
            event,
            line["kind"],
            row["text"].strip(),
            f"{event}/{line['thread']}",
            None if line["parent"] is None else f"{event}/{line['parent']}",
        )
        for line, row in pairs
    ]


def document_rows(event: str, pairs: Iterable[tuple[Row, Row]], brief: str) -> tuple[list[Row], list[Row]]:
    """Rows of the event's texts, and of their specifications, under the ids that they will have."""
    texts: list[Row] = []
    specifications: list[Row] = []
    pairs = list(pairs)
    ids = {line["n"]: f"{event}-{number:04}" for number, (line, _) in enumerate(pairs, start=1)}
    for line, row in pairs:
        above = None if line["parent"] is None else ids[line["parent"]]
        is_repost = line["kind"] == "repost"
        texts.append({
            "id": ids[line["n"]],
            "kind": line["kind"],
            "thread": ids[line["thread"]],
            "parent": None if is_repost else above,
            "repost_of": above if is_repost else None,
            "phase": line.get("phase"),
            "platform": line["platform"],
            "author": row["author"].strip(),
            "account_type": line["account"],
            "title": row["title"].strip() if line["kind"] == "article" else None,
            "text": row["text"].strip(),
            "script": "hant" if is_traditional(row["text"]) else "hans",
            "composed": True,
        })  # fmt: skip
        told = {key: value for key, value in line.items() if key not in ("n", "thread", "parent", "event", "kind")}
        specifications.append({"document_id": ids[line["n"]], "brief": brief} | told)
    return texts, specifications


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("group", help="group of events, as plan.yaml has it")
    parser.add_argument("sheets", type=Path, help="folder that draw_specifications.py wrote")
    parser.add_argument("texts", type=Path, help="folder of what authors wrote, a file of the same name for each sheet")
    parser.add_argument("--external", type=Path, default=os.environ.get("WEIBO_NLP_EXTERNAL"), help="copies of sets")
    parser.add_argument(
        "--struck", type=Path, action="append", default=[], help="what a reader struck out: event/number, tab, reason"
    )
    parser.add_argument("--event", action="append", default=[], help="this event of the group alone; repeatable")
    parser.add_argument("--root", type=Path, default=ROOT, help="repository with corpus/ and annotations/")
    parser.add_argument("--seed", type=int, default=17, help="default: %(default)s")
    parser.add_argument("--dry-run", action="store_true", help="say what would be kept and write nothing")
    arguments = parser.parse_args()
    try:
        plan = read_plan(arguments.group, arguments.event)
        sizes = plan.kept
        if arguments.external is None:
            raise UsageError("texts are chosen beside real ones; name the folder of your copies with --external.")
        register = read_yaml(arguments.root / "corpus/events.yaml")["events"]
        topics = {event["id"]: event["topic"] for event in register}
        pairs = read_sheets(arguments.sheets, arguments.texts, sizes)
        written = [each for event in sizes for each in written_of(event, pairs[event])]
        if few := shortfalls(written, sizes):
            raise DataError("less was written than is to be kept: " + "; ".join(few) + ".")
        sets = real_texts(open_release(arguments.root / "corpus"), Path(arguments.external))
        struck = read_struck(arguments.struck, {each.key for each in written})
        cost = costs(written, sets, arguments.seed, struck)
        for event, n in sizes.items():
            chosen = {each.key for each in kept([w for w in written if w.event == event], cost, n)}
            left = [(line, row) for line, row in pairs[event] if f"{event}/{line['n']}" in chosen]
            texts, specifications = document_rows(event, left, plan.brief)
            broken = sum(bool(broken_rules(row["text"])) for row in texts)
            poor = sum(key in struck for key in chosen)
            of = len(pairs[event])
            print(f"{event}: {len(texts)} of {of} kept, {broken} of them break a rule, {poor} were struck out")
            if not arguments.dry_run:
                folder = arguments.root / TEXTS / topics[event]
                folder.mkdir(parents=True, exist_ok=True)
                write_jsonl(folder / f"{event}.jsonl", texts)
                write_jsonl(arguments.root / SPECIFICATIONS / f"{event}.jsonl", specifications)
    except WeiboNlpError as error:
        return failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
