"""Rows checked at the door: values with the place they were read at, and problems that say where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """A broken rule and where: file, line (0 for the whole file), level, rule, sentence."""

    path: Path
    line: int
    level: int
    rule: str
    text: str

    def shown(self, root: Path) -> str:
        """``file:line: level rule: sentence``, the file relative to `root`."""
        path = self.path.relative_to(root) if self.path.is_relative_to(root) else self.path
        place = f"{path}:{self.line}" if self.line else f"{path}"
        return f"{place}: [{self.level} {self.rule}] {self.text}"
