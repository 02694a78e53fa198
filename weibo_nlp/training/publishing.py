"""Models to the Hugging Face Hub: whether they can go there is asked before hours are spent.

``learnt_from.json`` never goes: whoever has a text, or guesses a short one, can ask it whether the model learnt from
it, and what was once public cannot be taken back. Who wants that uploads it by hand.
"""

from __future__ import annotations

from pathlib import Path

from weibo_nlp._version import __version__
from weibo_nlp.errors import UsageError
from weibo_nlp.io.names import quoted
from weibo_nlp.models.transformer import push_folder
from weibo_nlp.models.transformer.hub import pushed_files


def require_pushable(repo_id: str, *, public: bool = False) -> bool:
    """Ask the Hub whether whoever is logged in may write to a repository; nothing is made there.

    Parameters
    ----------
    repo_id : str
        Owner and name.
    public : bool
        Whether it may be one that everybody can read, and a new one is.

    Returns
    -------
    bool
        Whether everybody will be able to read it; one that is there and private stays so.

    Raises
    ------
    UsageError
        If the name is none, nobody is logged in, the Hub cannot be reached, the owner is another one, or the repository
        is there and public though that was not asked for.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import (  # type: ignore[attr-defined, unused-ignore]
        HTTPError,
        RepositoryNotFoundError,
    )

    owner, _, name = repo_id.partition("/")
    hub = HfApi(library_name="weibo-nlp", library_version=__version__)
    try:
        account = hub.whoami()
        try:
            is_public = not hub.repo_info(repo_id).private
        except RepositoryNotFoundError:
            is_public = public
    except (OSError, ValueError, HTTPError) as error:
        problem = " ".join(str(error).split())[:300].rstrip(".")
        raise UsageError(
            f"--push-to-hub {quoted(repo_id)}: {problem}. Write the name as owner/name, log in with `hf auth login`, "
            "and see that the Hub can be reached."
        ) from error
    owners = [account["name"], *(each["name"] for each in account.get("orgs", []))]
    if not name or owner not in owners:
        raise UsageError(
            f"--push-to-hub {quoted(repo_id)}: you are logged in as {quoted(account['name'])}, who owns none of "
            f"{quoted(owner)}; write {owners[0]}/NAME, or log in as another."
        )
    if is_public and not public:
        raise UsageError(
            f"--push-to-hub {quoted(repo_id)}: the repository is there, and everybody can read it; add --public, or "
            "name another."
        )
    return bool(is_public)


def upload_line(folder: Path, repo_id: str, *, public: bool) -> str:
    """Say what is about to be uploaded from a folder, and where to.

    Raises
    ------
    DataError
        If it holds no whole model.
    """
    names = pushed_files(folder)
    megabytes = sum((folder / name).stat().st_size for name in names) / 1e6
    seen = "everybody can read" if public else "is private"
    return f"Uploading to {repo_id}, which {seen}: {', '.join(names)} ({megabytes:,.1f} MB); nothing else"


__all__ = ["push_folder", "require_pushable", "upload_line"]
