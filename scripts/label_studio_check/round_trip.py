"""What two annotators are to click, and whether what Label Studio exports, read back, says just that."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from label_studio_check.server import Session, label_studio
from weibo_nlp.annotation.exchange.base import Answer, Item, LabelledSpan, Passage, Question
from weibo_nlp.annotation.exchange.label_studio import LabelStudioFormat
from weibo_nlp.records import Span

QUESTIONS = (
    Question("topic", "topic", "主要说什么？", ("credit", "self_media", "other"), {"credit": "信用记录与惩戒"}),
    Question("stance_1", "stance", "对目标是什么态度？", ("against", "none", "favor"), target="扫码借书，先实名"),
    Question("stance_2", "stance", "对目标是什么态度？", ("against", "none", "favor"), target="$5 <押金>"),
)
ITEMS = (
    Item("S001", "图书馆要查信用分🇨🇳😀笑死\n第二行😀也有词句在此", title="标题 <b>$title</b>"),
    Item("S002", "<script>alert(1)</script> & $text =SUM(A1)", above=(Passage("都来说说🇨🇳", "甲"), Passage("", None))),
    Item("S003", "好的，支持", suggestions={"topic": "credit"}),
)
FORMAT = LabelStudioFormat(("mockery", "praise, or so"))
_FIRST = {"topic": "credit", "stance_1": "against", "stance_2": "none"}
_SECOND = {"topic": "other", "stance_1": "none", "stance_2": "favor"}
# 笑死 stands behind a flag, two characters of two units of UTF-16 each, and a face; 词句 on the second line.
_MARKED = (LabelledSpan(Span(11, 13), "mockery"), LabelledSpan(Span(20, 22), "praise, or so"))
PLAN: tuple[tuple[Answer | None, ...], ...] = (
    (
        Answer("S001", _FIRST, is_unsure=True, spans=_MARKED),
        Answer("S002", _SECOND, comment="=备注🇨🇳"),
        Answer("S003", _FIRST),
    ),
    (Answer("S001", _SECOND, spans=_MARKED[1:]), Answer("S002", _FIRST), None),
)
"""What each annotator says of each item; None is skipped."""


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs that a check needs, and where they are."""

    label_studio: Path
    python: Path
    chromium: Path
    chromedriver: Path


def find_programs(environment: Path | None) -> tuple[Programs | None, list[str]]:
    """Find what the check needs.

    Parameters
    ----------
    environment : Path, optional
        Virtual environment that holds Label Studio and Selenium; by default what is on the path.

    Returns
    -------
    tuple of Programs or None and list of str
        The programs, or what is missing.
    """
    folder = str(environment / "bin") if environment is not None else None
    found = {"label-studio": shutil.which("label-studio", path=folder)}
    for name in ("chromium", "chromedriver"):
        found[name] = shutil.which(name)
    missing = [f"{name} is not there" for name, path in found.items() if path is None]
    program = found["label-studio"]
    if program is not None:
        python = Path(program).parent / "python"
        if not python.is_file() or subprocess.run([python, "-c", "import selenium"], capture_output=True).returncode:
            missing.append("selenium is not in the environment of label-studio")
    if missing or program is None:
        return None, missing
    return Programs(Path(program), python, Path(str(found["chromium"])), Path(str(found["chromedriver"]))), []


def round_trip(programs: Programs, folder: Path) -> list[str]:
    """Import, annotate in a browser, export, read back; return what differs from what was clicked.

    Parameters
    ----------
    programs : Programs
        What to use.
    folder : Path
        Existing; keeps the data of the server, the exports and a screenshot of every task.
    """
    tasks, interface = FORMAT.write(ITEMS, QUESTIONS, folder, stem="check", language="zh")
    users = [(f"annotator{n}@example.com", f"password-of-the-check-{n}") for n in range(1, len(PLAN) + 1)]
    data = folder / "label-studio"
    data.mkdir()
    with label_studio(programs.label_studio, data, *users[0]) as address:
        owner = Session(address, *users[0])
        for user in users[1:]:
            Session(address, *user, is_new=True)
        project = owner.create_project("weibo_nlp check", interface.read_text("utf-8"), len(users))
        owner.add_tasks(project, json.loads(tasks.read_text("utf-8")))
        plan = {
            "address": address,
            "project": project,
            "folder": str(folder),
            "chromium": str(programs.chromium),
            "chromedriver": str(programs.chromedriver),
            # Chromium refuses to run as root within its sandbox.
            "arguments": ["--no-sandbox"] if os.geteuid() == 0 else [],
            "annotators": [
                {"email": email, "password": password, "tasks": list(map(_task, ITEMS, answers))}
                for (email, password), answers in zip(users, PLAN, strict=True)
            ],
        }
        browser = Path(__file__).with_name("browser.py")
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        done = subprocess.run(
            [programs.python, browser], input=json.dumps(plan), text=True, capture_output=True, env=environment
        )
        if done.returncode:
            return [f"the browser did not come to its end; screenshots are in {folder}: {done.stderr[-3000:]}"]
        exports = {kind: owner.export(project, kind) for kind in ("JSON", "JSON_MIN")}
    faults = []
    for kind, content in exports.items():
        path = folder / f"export.{kind}.json"
        path.write_bytes(content)
        answers, problems = FORMAT.read(path, {item.number: item for item in ITEMS}, QUESTIONS)
        faults += [f"{kind}: {problem}" for problem in problems] + _differences(kind, answers)
    return faults


def _task(item: Item, answer: Answer | None) -> dict[str, object]:
    """What an annotator does with a task, for the browser."""
    begins = item.text.partition("\n")[0][:12]
    if answer is None:
        return {"begins": begins, "labels": [], "spans": [], "is_unsure": False, "comment": "", "is_skipped": True}
    return {
        "begins": begins,
        # What was suggested is chosen already; another click would take it back.
        "labels": [
            [place, answer.labels[question.name]]
            for place, question in enumerate(QUESTIONS)
            if item.suggestions.get(question.name) != answer.labels[question.name]
        ],
        "spans": [[marked.label, item.text[marked.span.start : marked.span.end]] for marked in answer.spans],
        "is_unsure": answer.is_unsure,
        "comment": answer.comment or "",
        "is_skipped": False,
    }


def _differences(kind: str, answers: Sequence[Answer]) -> list[str]:
    people = sorted({str(answer.annotator) for answer in answers})
    clicked = {
        (person, answer.number): replace(answer, annotator=person)
        for person, said in zip(people, PLAN, strict=False)
        for answer in said
        if answer is not None
    }
    exported = {(str(answer.annotator), answer.number): replace(answer, place="") for answer in answers}
    keys = sorted(clicked.keys() | exported.keys())
    faults = [
        f"{kind}: {key}: clicked was {clicked.get(key)}, exported {exported.get(key)}"
        for key in keys
        if clicked.get(key) != exported.get(key)
    ]
    return faults + ([f"{kind}: {len(people)} annotators instead of {len(PLAN)}"] if len(people) != len(PLAN) else [])
