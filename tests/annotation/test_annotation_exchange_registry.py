import pytest
from exchange_cases import ITEMS, QUESTIONS

from weibo_nlp.annotation.exchange.registry import FORMATS
from weibo_nlp.errors import UsageError


def test_every_format_is_known_by_its_name():
    assert list(FORMATS) == ["xlsx", "csv", "label-studio", "doccano", "potato"]
    assert all(format.name == name for name, format in FORMATS.items())


@pytest.mark.parametrize("name", FORMATS)
def test_files_begin_with_the_stem_and_replace_those_of_their_name(tmp_path, name):
    for _ in range(2):
        paths = FORMATS[name].write(ITEMS, QUESTIONS, tmp_path, stem="round-1", language="en")
        assert sorted(paths) == sorted(tmp_path.iterdir())
        assert all(path.name.startswith("round-1.") for path in paths)


@pytest.mark.parametrize("name", FORMATS)
def test_what_could_not_come_back_is_refused_by_every_format(tmp_path, name):
    with pytest.raises(UsageError, match="numbers of items: 'S001' is there more than once"):
        FORMATS[name].write([ITEMS[0], ITEMS[0]], QUESTIONS, tmp_path, stem="a", language="zh")
    assert list(tmp_path.iterdir()) == []
