"""Names of systems as tables show them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.leaderboard.names import distinct_names, skeleton, systems_meant
from weibo_nlp.predictions import ModelReference

CHECKSUM = re.compile("#[0-9a-f]{8}$")


def shown(*names, version="1"):
    return distinct_names([ModelReference(name, version) for name in names])


@pytest.mark.parametrize(
    "pair",
    [
        ("linear", "1inear"), ("linear", "Linear"), ("modern", "modem"), ("cloud", "doud"), ("win", "vvin"),
        ("O0", "00"), ("bilb", "bi1b"), ("a|b", "alb"), ("a-b", "a_b"), ("a b", "a.b"), ("rnn", "mn"), ("rnrn", "mm"),
        ("s5", "55"), ("g9", "99"), ("king", "lcing"), ("u-net", "v-net"), ("a`", "a'"), ("Bert", "8ert"),
    ],
)  # fmt: skip
def test_names_in_ascii_that_resemble_each_other_carry_their_checksums(pair):
    first, second = shown(*pair)
    assert first != second
    assert CHECKSUM.search(first)
    assert CHECKSUM.search(second)


@pytest.mark.parametrize(
    "name",
    ["丨inear", "二", "ニ", "力", "カ", "口", "ロ", "\u0430lpha", "ｌinear", "café", "a…", "模型", "ไทย", "a" * 60],
)
def test_a_name_beyond_ascii_or_cut_carries_its_checksum_alone_in_its_table(name):
    (only,) = shown(name)
    assert CHECKSUM.search(only)


def test_plain_names_stay_plain():
    names = ("linear", "majority", "gpt-4", "gpt-5", "gpt-4o", "bert-base", "bert-large", "mine", "theirs")
    assert shown(*names) == [f"{name} 1" for name in names]


def test_no_name_pretends_to_carry_a_checksum():
    (real,) = shown("模型")
    checksum = real.rpartition(" ")[2]
    pretender = distinct_names([ModelReference("linear 1", f"#{checksum}"), ModelReference("linear", "1")])
    assert pretender[0] != f"linear 1 {checksum}"
    assert CHECKSUM.search(pretender[0])
    assert pretender[1] == "linear 1"


@given(st.text("rnmwvucdlk1h", max_size=8))
def test_a_sign_made_of_two_is_spelt_out_the_same_whatever_stands_beside(name):
    for one, two in (("m", "rn"), ("w", "vv"), ("d", "cl"), ("k", "lc")):
        assert skeleton(name.replace(one, two)) == skeleton(name)


@given(
    st.lists(st.builds(ModelReference, st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=30)), unique=True)
)
def test_no_two_systems_have_one_name(systems):
    names = distinct_names(systems)
    assert len(set(names)) == len(systems)


MINE, OTHER = ModelReference("mine", "1"), ModelReference("mine", "2")
RIVALS = frozenset(ModelReference("mine 1", f"trial {number}") for number in range(3))


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        pytest.param("mine", [{MINE, OTHER}], id="all-versions"),
        pytest.param("mine 2", [{OTHER}], id="name-and-version"),
        pytest.param("mine 1", [{MINE}, RIVALS], id="version-or-name"),
        pytest.param("mine==1", [{MINE}], id="exact"),
        pytest.param("mine 1==trial 0", [{ModelReference("mine 1", "trial 0")}], id="exact-rival"),
        pytest.param("mine 1 trial 2", [{ModelReference("mine 1", "trial 2")}], id="blanks"),
        pytest.param("mine==3", [], id="no-such-version"),
        pytest.param("min", [], id="no-such-name"),
    ],
)
def test_a_text_means_every_system_that_it_can_name(text, readings):
    assert systems_meant(text, {MINE, OTHER, *RIVALS}) == readings


def test_a_name_that_holds_the_sign_takes_no_system_from_another():
    pretender = ModelReference("mine==1", "2")
    assert systems_meant("mine==1", {MINE, pretender}) == [{MINE}]
    assert systems_meant("mine==1==2", {MINE, pretender}) == [{pretender}]
    split = ModelReference("mine", "1==2")
    assert len(systems_meant("mine==1==2", {MINE, pretender, split})) == 2


def test_systems_are_named_as_they_are_or_as_tables_show_them():
    odd = ModelReference("a\nb", "1")
    for text in ("a\nb", r"a\nb", "a\nb 1", r"a\nb 1", "a\nb==1", r"a\nb==1"):
        assert systems_meant(text, {odd}) == [{odd}]
    # Two long names that begin alike are cut to one: neither is meant more than the other, until it is written whole.
    long = [ModelReference("a" * 60 + end, "1") for end in "xy"]
    assert len(systems_meant("a" * 47 + "…", long)) == 2
    assert len(systems_meant("a" * 47 + "…==1", long)) == 2
    assert systems_meant(f"{long[0].name}==1", long) == [{long[0]}]


names_and_versions = st.builds(
    ModelReference, st.text("a=1 ", min_size=1, max_size=5), st.text("a=1 ", min_size=1, max_size=5)
)


@given(names_and_versions.filter(lambda system: "=" not in system.name + system.version), st.sets(names_and_versions))
def test_whatever_others_are_called_a_name_and_version_mean_one_system(system, others):
    assert systems_meant(f"{system.name}=={system.version}", {system, *others}) == [{system}]
