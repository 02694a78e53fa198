import re
import string
from pathlib import Path

import pytest

from weibo_nlp import report
from weibo_nlp.errors import UnknownNameError
from weibo_nlp.ingest import flags
from weibo_nlp.report.words import LANGUAGES, Words, all_words
from weibo_nlp.scheme import load_scheme

FOLDER = Path(report.__file__).parent
SENTENCES = {key: words for key, words in all_words().items() if "en" in words}
GROUPS = {key: words for key, words in all_words().items() if "en" not in words}
ENTRIES = {**SENTENCES, **{f"{group}.{key}": entry for group, names in GROUPS.items() for key, entry in names.items()}}


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", ENTRIES)
def test_every_word_is_said_in_every_language_with_the_same_values(key):
    entry = ENTRIES[key]
    assert set(entry) == set(LANGUAGES)
    assert all(isinstance(text, str) and text for text in entry.values())
    assert len({frozenset(placeholders(text)) for text in entry.values()}) == 1


def test_every_sentence_that_a_template_or_module_asks_for_is_there():
    asked = set()
    for path in [*FOLDER.glob("templates/discourse*.html"), *FOLDER.glob("*.py")]:
        asked |= set(re.findall(r"""(?:\bw|\bwords|\.text|_words)\(\s*["']([a-z_]+)["']""", path.read_text("utf-8")))
    assert len(asked) > 50
    assert asked <= set(SENTENCES)


def test_no_sentence_is_left_that_nothing_asks_for():
    paths = [*FOLDER.glob("templates/discourse*.html"), *FOLDER.glob("*.py")]
    source = "".join(path.read_text("utf-8") for path in paths)
    made = {key for key in SENTENCES if key.endswith("_heading")} | {"keywords_words", "keywords_hashtags"}
    assert {key for key in set(SENTENCES) - made if not re.search(f"[\"']{key}[\"']", source)} == set()


def test_every_label_of_the_scheme_has_a_name():
    scheme = load_scheme()
    labels = {f"{name}.{label}" for name, task in scheme.tasks.items() for label in task.labels}
    labels |= {f"frames.{frame}" for frame in scheme.frames}
    assert labels <= set(GROUPS["labels"])


def test_every_flag_of_a_document_has_a_name():
    known = {value for name, value in vars(flags).items() if name.isupper() and isinstance(value, str)}
    assert known <= set(GROUPS["flags"])


def test_values_are_escaped_in_html_and_left_alone_in_plain_text():
    words = Words("en")
    assert words("shares_of_target", column="<b>", target="&") == "&lt;b&gt;: &amp;"
    assert words.text("shares_of_target", column="<b>", target="&") == "<b>: &"


@pytest.mark.parametrize(
    ("column", "label", "said"),
    [
        pytest.param("stance", "favor", "支持", id="known"),
        pytest.param("stance_2", "favor", "支持", id="second-target"),
        pytest.param("own", "favor", "favor", id="own-category"),
        pytest.param("topic", "<i>", "<i>", id="unknown-label"),
    ],
)
def test_a_label_is_called_by_its_name_where_it_has_one(column, label, said):
    assert Words("zh").label(column, label) == said


def test_columns_are_called_by_their_task_and_number():
    words = Words("en")
    assert [words.column(name) for name in ("stance", "stance_12", "own_3")] == ["Stance", "Stance 12", "own_3"]


def test_what_is_cut_is_said_in_the_language_of_the_page():
    assert "另有 3 个字符" in Words("zh").shown("长" * 8, 5)
    assert "3 more characters" in Words("en").shown("长" * 8, 5)


def test_another_language_is_refused():
    with pytest.raises(UnknownNameError, match="language 'de'; there is: en, zh"):
        Words("de")
