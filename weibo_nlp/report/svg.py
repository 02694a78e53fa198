"""Drawings as SVG with text that is text: a file by itself, or a part of a page that takes the page's colours."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from weibo_nlp.report.colours import variable_of
from weibo_nlp.report.fonts import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Sequence

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_HREF = f"{{{_XLINK}}}href"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT = re.compile(r"font-family: [^;]*; ?")
_DIGITS = re.compile(r"(\.[0-9]{2})[0-9]+")  # a hundredth of a point is less than any eye or printer sees
_NUMBERS = ("d", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "transform")
# What XML 1.0 cannot hold; drawings show such characters by their code point, so none should come so far.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def standalone_svg(drawn: bytes, title: str, description: str, families: Sequence[str] = ()) -> bytes:
    """Return a drawing as a file by itself.

    Parameters
    ----------
    drawn : bytes
        SVG as matplotlib writes it, with ``svg.fonttype: none``.
    title, description : str
        What it shows, for those who do not see it.
    families : sequence of str
        Fonts that are named before those that are known to have Chinese.
    """
    root = _parsed(drawn, title, description)
    named = ", ".join(f"'{name}'" for name in dict.fromkeys([*_safe(families), *FAMILIES]))
    for element in root.iter(f"{{{_SVG}}}text"):
        element.set("style", f"font-family: {named}, sans-serif; " + _FONT.sub("", element.get("style", "")))
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    buffer = BytesIO()
    ET.ElementTree(root).write(buffer, encoding="utf-8", xml_declaration=True)
    return buffer.getvalue() + b"\n"


def inline_svg(drawn: bytes, title: str, description: str, prefix: str) -> str:
    """Return a drawing as an element of an HTML page, in the page's font and colours.

    Parameters
    ----------
    drawn, title, description
        As for :func:`standalone_svg`.
    prefix : str
        Put before every id, so that those of several drawings differ.
    """
    root = _parsed(drawn, title, description)
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title {prefix}-desc")
    root.find(f"{{{_SVG}}}title").set("id", "title")  # type: ignore[union-attr]
    root.find(f"{{{_SVG}}}desc").set("id", "desc")  # type: ignore[union-attr]
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
        if (target := element.attrib.pop(_HREF, None)) is not None:
            element.set("href", f"#{prefix}-{target.removeprefix('#')}")
        for name, value in element.attrib.items():
            if name == "id":
                element.set(name, f"{prefix}-{value}")
            elif name == "clip-path":
                element.set(name, _REFERENCE.sub(rf"url(#{prefix}-\1)", value))
            elif name == "style":
                element.set(name, _COLOUR.sub(_variable, _FONT.sub("", value)))
        if element.text is not None and not element.text.strip():
            element.text = None
        element.tail = None
    return ET.tostring(root, encoding="unicode", short_empty_elements=False)


def _variable(match: re.Match[str]) -> str:
    return variable_of(match.group()) or match.group()


def _parsed(drawn: bytes, title: str, description: str) -> ET.Element:
    """Read what matplotlib wrote, and take from it who made it and the style that would hold for a whole page."""
    root = ET.fromstring(drawn)
    for name in ("metadata", "defs"):
        for element in root.findall(f"{{{_SVG}}}{name}"):
            if name == "metadata" or element.find(f"{{{_SVG}}}style") is not None:
                root.remove(element)
    root.set("stroke-linejoin", "round")
    for place, (name, text) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(f"{{{_SVG}}}{name}")
        element.text = _NO_XML.sub("\ufffd", text)
        root.insert(place, element)
    for element in root.iter():
        # Groups are numbered by what was drawn before; what is referred to has the drawing's own hash.
        if element.tag == f"{{{_SVG}}}g":
            element.attrib.pop("id", None)
        if element.get("transform", "").startswith("rotate(-0 "):
            del element.attrib["transform"]
        for name in _NUMBERS:
            if (value := element.get(name)) is not None:
                element.set(name, _DIGITS.sub(r"\1", value))
    return root


def _safe(families: Sequence[str]) -> list[str]:
    """Names that can stand in a style; matplotlib's own font is named by nobody."""
    return [name for name in families if name != "DejaVu Sans" and not re.search(r"[\"'\\;<>&{}]", name)]
