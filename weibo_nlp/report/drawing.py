"""A sheet that figures are drawn on: measured in points, laid out the same whatever fonts there are.

The width is that of a telephone, on which the text keeps its size; a wide screen has two beside each other. Text is
measured by its characters rather than by a font, because whoever shows the drawing uses another.
"""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from weibo_nlp.report.colours import PALETTE
from weibo_nlp.report.fonts import Fonts, require_matplotlib

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTH = 331.2
"""Points; 4.6 inches."""
FONT_SIZE = 11.0
_POINTS = 72
_WIDE, _CAPITAL, _NARROW = 1.0, 0.72, 0.6
_PADDING = 8.0
_ROW = 18.0
PIXELS_PER_INCH = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a legend."""

    name: str
    colour: str
    marker: str


def text_width(text: str) -> float:
    """Return about how wide a text is, in points of the figure's font."""
    widths = (
        0.0
        if unicodedata.category(sign) in ("Mn", "Me", "Cf")
        else _WIDE
        if unicodedata.east_asian_width(sign) in "WF" or sign in "mMW"
        else _CAPITAL
        if sign.isupper() or sign in "w%+@&—…"
        else _NARROW
        for sign in text
    )
    return FONT_SIZE * sum(widths)


def shortened(text: str, width: float) -> str:
    """Return a text that is about `width` points wide at most, with an ellipsis where it was cut."""
    if text_width(text) <= width:
        return text
    kept, used = [], text_width("…")
    for sign in text:
        used += text_width(sign)
        if used > width:
            break
        kept.append(sign)
    while kept and unicodedata.category(kept[-1]) in ("Mn", "Cf"):
        kept.pop()
    return "".join(kept).rstrip() + "…"


class Sheet:
    """A figure of matplotlib's of a fixed width, with what all figures share.

    Parameters
    ----------
    height : float
        Points.
    show : callable
        Passes every text that is drawn: as it is, or with what no font has shown by its code point.
    """

    def __init__(self, height: float, show: Callable[[str], str] = str) -> None:
        from matplotlib.figure import Figure

        self.height, self._show = height, show
        self.figure = Figure(figsize=(WIDTH / _POINTS, height / _POINTS), facecolor=PALETTE["paper"][0])
        self.figure.patch.set_alpha(0)

    def axes(self, left: float, top: float, right: float, bottom: float) -> Any:
        """Return axes without a frame; the margins are in points."""
        width, height = (WIDTH - left - right) / WIDTH, (self.height - top - bottom) / self.height
        axes = self.figure.add_axes((left / WIDTH, bottom / self.height, width, height))
        axes.patch.set_alpha(0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.tick_params(length=0, colors=PALETTE["dim"][0], labelsize=FONT_SIZE, pad=6)
        return axes

    def width_of(self, axes: Any) -> float:
        """Return the width of axes in points."""
        return float(axes.get_position().width * WIDTH)

    def text(self, x: float, y: float, text: str, *, colour: str = "ink", **how: Any) -> None:
        """Write a text at points from the left and from the top."""
        self.figure.text(
            x / WIDTH, 1 - y / self.height, self._show(text), color=PALETTE[colour][0], fontsize=FONT_SIZE, **how
        )

    def shown(self, texts: Sequence[str]) -> list[str]:
        """Return texts as they are drawn."""
        return [self._show(text) for text in texts]

    def legend(self, entries: Sequence[Entry], top: float = 0.0) -> None:
        """Draw a legend from a point below the upper edge on."""
        for entry, x, line in _placed(entries):
            y = top + _PADDING + line * _ROW
            at = (x + 5) / WIDTH, 1 - y / self.height
            self.figure.add_artist(_mark(at, entry))
            self.text(x + 15, y, shortened(entry.name, WIDTH - x - 17), va="center_baseline")


def legend_height(entries: Sequence[Entry]) -> float:
    """Return the points that a legend takes."""
    return 0.0 if not entries else (max(line for _, _, line in _placed(entries)) + 1) * _ROW + _PADDING / 2


def _placed(entries: Sequence[Entry]) -> Iterator[tuple[Entry, float, int]]:
    x, line = 0.0, 0
    for entry in entries:
        width = min(15 + text_width(entry.name) + 14, WIDTH)
        if x and x + width > WIDTH:
            x, line = 0.0, line + 1
        yield entry, x, line
        x += width


def _mark(at: tuple[float, float], entry: Entry) -> Any:
    from matplotlib.lines import Line2D

    colour = PALETTE[entry.colour][0]
    return Line2D([at[0]], [at[1]], marker=entry.marker, color=colour, markersize=6, linestyle="none")


@contextmanager
def settings(name: str, fonts: Fonts | None = None) -> Iterator[None]:
    """Set matplotlib up for one figure, whatever its user set it up for; `fonts` for pictures, none for SVG.

    Raises
    ------
    UsageError
        If matplotlib is not installed.
    """
    require_matplotlib()
    import matplotlib
    from matplotlib import rc_context

    how: Mapping[str, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": name,  # what refers to parts of the drawing by hashes, which are random without it
        "text.parse_math": False,  # a text from a crawl with two dollar signs in it is no formula
        "text.usetex": False,
        "font.family": list(fonts.families) if fonts else ["DejaVu Sans"],
        "font.weight": fonts.weight if fonts else "normal",
        "axes.unicode_minus": True,
        "path.simplify": False,
        "savefig.bbox": None,
    }
    with rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(how)
        # As SVG, whoever shows the text has fonts of their own; for pictures, it was looked at before.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from", category=UserWarning)
        yield


def as_svg(sheet: Sheet) -> bytes:
    """Return what was drawn as matplotlib's SVG, with text as text, the same bytes each time."""
    buffer = BytesIO()
    sheet.figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def as_png(sheet: Sheet) -> bytes:
    """Return what was drawn as pixels on light paper, 300 an inch."""
    buffer = BytesIO()
    sheet.figure.patch.set_alpha(1)
    sheet.figure.patch.set_facecolor("white")
    sheet.figure.savefig(buffer, format="png", dpi=PIXELS_PER_INCH, facecolor="white", metadata={"Software": None})
    return buffer.getvalue()
