"""Fine-tuned encoders to the Hugging Face Hub: exactly the files of a saved model, and its card."""

from __future__ import annotations

from pathlib import Path


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
    """
    raise NotImplementedError
