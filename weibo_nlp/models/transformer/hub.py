"""Fine-tuned encoders to the Hugging Face Hub: exactly the files of a saved model, and its card."""

from __future__ import annotations

from pathlib import Path

from weibo_nlp._version import __version__
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.manifest import MANIFEST, check_file, read_manifest
from weibo_nlp.io.names import quoted
from weibo_nlp.io.paths import named_path

CARD = "README.md"


def pushed_files(folder: str | Path) -> list[str]:
    """Return the names of the files of a saved model that :func:`push_folder` uploads.

    Raises
    ------
    DataError
        If it is no saved model, or a file is not what its manifest says.
    """
    place = named_path(folder, "a folder of a model")
    remedy = "Name a folder that a model was saved to."
    try:
        manifest = read_manifest(place, remedy)
    except FileNotFoundError as error:
        raise DataError(f"{place / MANIFEST}: missing. {remedy}") from error
    for name in manifest["files"]:
        check_file(place, name, manifest, remedy)
    return [*sorted(manifest["files"]), MANIFEST, *[CARD] * (place / CARD).is_file()]


def push_folder(folder: str | Path, repo_id: str, *, private: bool = True, token: str | None = None) -> str:
    """Upload a saved model to the Hugging Face Hub.

    Parameters
    ----------
    folder : str or Path
        Where it was saved; a ``README.md`` beside it goes as its card, and nothing else that lies there.
    repo_id : str
        Its name on the Hub, such as ``me/weibo-stance``; made where it is not there.
    private : bool
        Whether a new one is seen by its owner alone.
    token : str, optional
        Of the Hub; by default that of ``hf auth login`` or of ``HF_TOKEN``.

    Returns
    -------
    str
        Its address.

    Raises
    ------
    DataError
        If it is no saved model, or a file is not what its manifest says.
    UsageError
        If the Hub cannot be reached, or refuses it.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined, unused-ignore]  # of its transport

    place = named_path(folder, "a folder of a model")
    names = pushed_files(place)
    hub = HfApi(token=token, library_name="weibo-nlp", library_version=__version__)
    try:
        hub.create_repo(repo_id, private=private, exist_ok=True)
        hub.upload_folder(
            repo_id=repo_id, folder_path=place, allow_patterns=names, commit_message="Upload a model of weibo_nlp"
        )
    except (OSError, ValueError, HTTPError) as error:
        problem = " ".join(str(error).split())[:300].rstrip(".")
        raise UsageError(
            f"{quoted(repo_id)} cannot be uploaded: {problem}. Write the name as owner/name, log in with "
            "`hf auth login`, and see that the Hub can be reached."
        ) from error
    return f"{hub.endpoint}/{repo_id}"
