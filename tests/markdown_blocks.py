"""Code blocks of Markdown pages, and the transcripts among them, so that tests can run what readers copy."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ANYTHING = "…"
VERSION = re.compile(r"\d+(?:\.\d+){2,}")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+")
_BLOCK = re.compile(r"(?:^<!-- (?P<note>[^\n]*) -->\n)?^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its code, and the comment on the line above, if there is one."""

    language: str
    code: str
    note: str | None


def blocks_of(path: Path) -> list[Block]:
    """Return the fenced blocks of a page in their order."""
    return [Block(**match.groupdict()) for match in _BLOCK.finditer(path.read_text("utf-8"))]


def transcript(code: str) -> list[tuple[str, str]]:
    """Return the commands of a console block (lines that begin with ``$ ``), each with the output shown below it."""
    parts = re.split(r"^\$ ", code, flags=re.M)[1:]
    return [(command, output) for command, _, output in (part.partition("\n") for part in parts)]


def run(command: str, shown: str, folder: Path) -> str:
    """Run one command of a transcript as a reader would, and return what it prints.

    The first ``cat`` of a file that does not exist shows the reader's own file: it is made as it is shown.
    """
    if (match := re.fullmatch(r"cat (\S+)", command)) and not (folder / match[1]).exists():
        (folder / match[1]).write_text(shown, "utf-8")
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": paths, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.stdout


def skeleton(text: str) -> str:
    """Return a text without its numbers and its amounts of white space, which differ between machines and releases."""
    return " ".join(NUMBER.sub("#", VERSION.sub("#", text)).split())


def numbers(text: str) -> list[float]:
    """Return the numbers of a text; versions are none."""
    return [float(number.replace(",", "")) for number in NUMBER.findall(VERSION.sub("", text))]
