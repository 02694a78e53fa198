import re
from itertools import combinations

import pytest

from weibo_nlp.report.colours import MOST_SERIES, PALETTE, LabelColours, style_variables, variable_of

DATA = ("blue", "vermilion", "grey", "amber", "purple", "green", "sky", "brown")


def linear(colour):
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]


def contrast(one, other):
    """Ratio of WCAG 2."""
    bright, dark = sorted(
        (0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in map(linear, (one, other))), reverse=True
    )
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("variant", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", DATA)
def test_marks_stand_out_from_the_paper(name, variant):
    assert contrast(PALETTE[name][variant], PALETTE["paper"][variant]) >= 3  # WCAG 2.1, 1.4.11


@pytest.mark.parametrize("variant", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "dim"])
def test_texts_can_be_read(name, variant):
    assert contrast(PALETTE[name][variant], PALETTE["paper"][variant]) >= 4.5  # WCAG 2.1, 1.4.3


# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB.
DEFICIENCIES = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}


def seen(colour, matrix):
    """CIE L*a*b* of a colour as it is seen, under D65."""
    rgb = linear(colour)
    red, green, blue = (min(max(sum(a * b for a, b in zip(row, rgb, strict=True)), 0), 1) for row in matrix)
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116 for value in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


OPPOSED = [
    ("vermilion", "blue"),
    ("vermilion", "grey"),
    ("blue", "grey"),
    *combinations(("green", "amber", "purple", "grey"), 2),
]


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("variant", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("pair", OPPOSED, ids="-".join)
def test_colours_of_labels_of_one_task_differ_for_colour_blind_readers(pair, variant, deficiency):
    one, other = (seen(PALETTE[name][variant], DEFICIENCIES[deficiency]) for name in pair)
    assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 10


def test_labels_of_a_column_have_colours_and_marks_of_their_own():
    colours = LabelColours({"own": [f"label {place}" for place in range(MOST_SERIES)]})
    drawn = [colours.of("own", f"label {place}") for place in range(MOST_SERIES)]
    assert len({colour.name for colour in drawn}) == len({colour.marker for colour in drawn}) == MOST_SERIES


def test_a_known_label_has_its_colour_whatever_stands_beside_it():
    for names in (["favor"], ["against", "favor", "mixed"], ["mixed", "favor"]):
        assert LabelColours({"stance_2": names}).of("stance_2", "favor").name == "blue"


def test_a_further_label_takes_no_colour_of_a_known_one():
    colours = LabelColours({"stance": ["against", "favor", "none", "mixed"]})
    assert colours.of("stance", "mixed").name not in {"vermilion", "blue", "grey"}


def test_every_colour_is_a_variable_of_light_and_of_dark_paper():
    for dark in (False, True):
        told = dict(re.findall(r"--c-(\w+): (#[0-9a-f]{6});", style_variables(dark)))
        assert told == {name: variants[dark] for name, variants in PALETTE.items()}
    assert variable_of("#0067A5") == "var(--c-blue)"
    assert variable_of("#123456") is None
