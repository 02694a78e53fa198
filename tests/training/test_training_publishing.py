"""Models to the Hub: asked before the training, and never what tells of a text whether it was learnt from."""

import pytest
from labelled_posts import posts
from made_hub import made_hub

from weibo_nlp.errors import UsageError
from weibo_nlp.models import MajorityClassifier
from weibo_nlp.training import train
from weibo_nlp.training.publishing import push_folder, require_pushable, upload_line


@pytest.fixture
def hub():
    with made_hub() as hub:
        yield hub


@pytest.fixture
def folder(tmp_path):
    train(*posts("food", "weather", n=3), classifier=MajorityClassifier(), curve=False).save(tmp_path / "m")
    return tmp_path / "m"


@pytest.mark.parametrize("repo_id", ["me/kinds", "lab/kinds"])
def test_a_repository_of_ones_own_that_is_not_there_can_be_pushed_to_and_is_not_made_yet(hub, repo_id):
    assert not require_pushable(repo_id)
    assert require_pushable(repo_id, public=True)
    assert hub.private == {}


@pytest.mark.parametrize(
    ("repo_id", "message"),
    [
        pytest.param("them/kinds", "you are logged in as 'me', who owns none of 'them'", id="of-others"),
        pytest.param("kinds", "who owns none of 'kinds'; write me/NAME", id="without-owner"),
        pytest.param("me/a b", "Repo id must", id="no-name"),
        pytest.param("me/", "Repo id must", id="empty"),
        pytest.param("me/open", "everybody can read it; add --public", id="public"),
    ],
)
def test_what_cannot_be_pushed_to_is_refused(hub, repo_id, message):
    hub.private["me/open"] = False
    with pytest.raises(UsageError, match=message):
        require_pushable(repo_id)


def test_what_is_public_is_pushed_to_where_that_was_asked_for_and_what_is_private_stays_so(hub):
    hub.private |= {"me/open": False, "me/closed": True}
    assert require_pushable("me/open", public=True)
    assert not require_pushable("me/closed", public=True)


def test_who_is_not_logged_in_is_told(hub):
    hub.account = None
    with pytest.raises(UsageError, match=r"Token is required. .*log in with `hf auth login`"):
        require_pushable("me/kinds")


@pytest.mark.parametrize("private", [True, False])
def test_the_model_and_its_card_are_uploaded_and_no_list_of_what_was_learnt_from(hub, folder, private):
    told = upload_line(folder, "me/kinds", public=not private)
    assert push_folder(folder, "me/kinds", private=private) == "https://hub.example/me/kinds"
    assert hub.private == {"me/kinds": private}
    names = ["config.json", "model.safetensors", "manifest.json", "README.md"]
    assert hub.files["me/kinds"] == {name: (folder / name).read_bytes() for name in names}
    assert told.startswith(f"Uploading to me/kinds, which {'is private' if private else 'everybody can read'}: config")
    assert "learnt_from" not in told
