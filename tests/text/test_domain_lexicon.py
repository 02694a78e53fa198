import pytest

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import UnknownNameError
from weibo_nlp.text import domain_lexicon


def test_every_word_has_one_kind_and_no_sign_or_space_around_it():
    lexicon = domain_lexicon()
    assert lexicon.version.count(".") == 2
    assert lexicon.kinds["芝麻信用"] == "term_credit"
    assert lexicon.kinds["咪蒙"] == "person_or_account"
    assert [word for word in lexicon.words if word != word.strip("# \t[]@")] == []


def test_the_hashtags_that_texts_of_their_events_carry_are_in_it():
    release = open_release()
    of_event = {row["id"]: set(row["hashtags"]) for row in release.rows("events")}
    tags = {tag for document in release.documents() for tag in document.hashtags if tag in of_event[document.event]}
    assert tags
    assert tags - set(domain_lexicon().words) == set()


def test_an_unknown_kind_is_refused_with_the_known_ones():
    assert "宝马" in domain_lexicon().of_kind("brand")
    with pytest.raises(UnknownNameError, match="unknown kind of word 'car'; there is: brand, "):
        domain_lexicon().of_kind("car")
