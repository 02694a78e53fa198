"""A Hugging Face Hub in this process: who is logged in, which repositories there are, and what was uploaded."""

from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from huggingface_hub.errors import LocalTokenNotFoundError, RepositoryNotFoundError
from huggingface_hub.utils import validate_repo_id


class MadeHub:
    """Stands in for HfApi."""

    endpoint = "https://hub.example"

    def __init__(self, account="me", orgs=("lab",)):
        self.account, self.orgs, self.private, self.files = account, orgs, {}, {}

    def whoami(self):
        if self.account is None:
            raise LocalTokenNotFoundError("Token is required")
        return {"name": self.account, "orgs": [{"name": each} for each in self.orgs]}

    def repo_info(self, repo_id):
        validate_repo_id(repo_id)
        if repo_id not in self.private:
            raise RepositoryNotFoundError("404", response=SimpleNamespace(headers={}, request=None))
        return SimpleNamespace(private=self.private[repo_id])

    def create_repo(self, repo_id, *, private, exist_ok):
        assert exist_ok
        self.private.setdefault(repo_id, private)

    def upload_folder(self, *, repo_id, folder_path, allow_patterns, commit_message):
        self.files[repo_id] = {name: Path(folder_path, name).read_bytes() for name in allow_patterns}


@contextmanager
def made_hub():
    """Put a made hub in the place of the Hub."""
    hub = MadeHub()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huggingface_hub.HfApi", lambda **_: hub)
        yield hub
