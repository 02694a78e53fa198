import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import UsageError
from weibo_nlp.privacy import Pseudonyms, Secret
from weibo_nlp.privacy.pseudonyms import PSEUDONYM, is_pseudonym
from weibo_nlp.text import parse

SECRETS = st.binary(min_size=32, max_size=64).map(Secret)
NAMES = st.text(min_size=1, max_size=20)


def test_a_pseudonym_is_the_first_80_bits_of_the_keyed_digest():
    secret = Secret(bytes(range(32)))
    digest = hmac.new(secret.key, b"document\xff" + b"4000000000000001", hashlib.sha256).digest()
    expected = base64.b32encode(digest[:10]).decode().lower()
    assert Pseudonyms(secret).document("4000000000000001") == f"d_{expected}"


@given(SECRETS, SECRETS, NAMES)
def test_without_the_secret_no_pseudonym_can_be_made_again(one, other, name):
    assert Pseudonyms(one).user(name) == Pseudonyms(Secret(one.key)).user(name)
    assert (Pseudonyms(one).user(name) == Pseudonyms(other).user(name)) == (one == other)
    assert (Pseudonyms(one).document(name) == Pseudonyms(other).document(name)) == (one == other)


@given(NAMES)
def test_a_pseudonym_is_no_plain_digest_of_the_name(name):
    made = Pseudonyms(Secret(bytes(32))).user(name).removeprefix("u_")
    for algorithm in ("md5", "sha1", "sha256"):
        digest = hashlib.new(algorithm, name.encode("utf-8", "surrogatepass")).digest()
        assert base64.b32encode(digest[:10]).decode().lower() != made


@given(NAMES)
def test_users_documents_and_files_of_one_name_have_nothing_in_common(name):
    names = Pseudonyms(Secret(bytes(32)))
    made = {made.partition("_")[2] for made in (names.user(name), names.document(name), names.file(name))}
    assert len(made) == 3


@given(st.sets(st.text(min_size=1, max_size=8).filter(str.strip), max_size=50))
def test_ids_that_differ_have_pseudonyms_that_differ(ids):
    names = Pseudonyms(Secret(bytes(32)))
    different = {id.strip() for id in ids}
    assert len({names.document(id) for id in different}) == len(different)


@pytest.mark.parametrize(
    "spelling",
    ["Lily_88", "@Lily_88", "＠Ｌｉｌｙ_88", " lily_88 ", "Li\u200bly_88", "LILY_88\u3000", "Lily_８８"],
)
def test_spellings_of_one_handle_are_one_user(spelling):
    names = Pseudonyms(Secret(bytes(32)))
    assert names.user(spelling) == names.user("lily_88")


def test_case_counts_in_the_id_of_a_post():
    names = Pseudonyms(Secret(bytes(32)))
    assert names.document("z0JH2lOMb") != names.document("z0jh2lomb")


@given(NAMES)
def test_a_pseudonym_reads_as_a_name_and_is_known_as_one(name):
    made = Pseudonyms(Secret(bytes(32))).user(name)
    assert is_pseudonym(made)
    assert PSEUDONYM.search(f"看@{made}:好").group() == made
    assert parse(f"回复@{made}:好//@{made}:嗯").reply_to == made


@pytest.mark.parametrize("key", [b"short", "text" * 16, None])
def test_what_is_no_secret_is_refused(key):
    with pytest.raises(UsageError, match="at least 32 bytes"):
        Secret(key)
