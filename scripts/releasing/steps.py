"""The steps of a release in their order: what each does, and how it is seen that nothing is left of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from releasing import changelog
from releasing.differences import compare
from releasing.pins import PINS
from releasing.repository import Repository
from weibo_nlp.corpus.release import OLDER, Release, open_release
from weibo_nlp.errors import DataError
from weibo_nlp.io.names import quoted_list
from weibo_nlp.models.storage import read_config
from weibo_nlp.release.sources import TO_BE_FILLED_IN
from weibo_nlp.release.validate import source_problems

SCRIPTS = Path(__file__).resolve().parents[1]
MODELS = Path("weibo_nlp", "data", "models")
_LEARNT_FROM = ("articles", "posts", "comments", "stances", "real")


@dataclass(frozen=True)
class Step:
    """A step of the chain.

    Attributes
    ----------
    name : str
        By which it is called on the command line.
    what : str
        What it does, in a phrase.
    is_done : callable
        Whether nothing is left to do, by what lies in the repository.
    run : callable
        Does it.
    """

    name: str
    what: str
    is_done: Callable[[Repository], bool]
    run: Callable[[Repository], None]


def _never(repository: Repository) -> bool:
    return False


def _require_sources(repository: Repository) -> None:
    problems = source_problems(repository.sources)
    if problems:
        raise DataError("\n".join(problem.shown(repository.root) for problem in problems))


def _build(repository: Repository) -> None:
    _script("build_corpus.py", "--root", repository.root, "--version", repository.version)


def _require_splits(repository: Repository) -> None:
    """A document stays in its split as long as there are versions; in a patch, its text and its place stay, too.

    Only what was struck out may go, and in no patch.
    """
    before, after = repository.predecessor, _built(repository)
    if before is None:
        return
    changes = compare(before, after)
    lost = [name for name in changes.lost if repository.is_patch or name not in after.struck]
    broken = {"stand in another split": changes.moved, "are not there any more": lost}
    if repository.is_patch:
        broken |= {"have another text": changes.reworded, "are new, which a patch has none of": changes.added}
    told = [f"{len(ids):,} documents {what}, as {quoted_list(list(ids[:5]))}" for what, ids in broken.items() if ids]
    if told:
        raise DataError(
            f"{repository.corpus}: against {before.version}, {'; '.join(told)}. Undo that in corpus/texts, or name a "
            "version with another first or second number."
        )


def _has_entry(repository: Repository) -> bool:
    return changelog.is_written(repository.corpus / changelog.NAME, repository.version)


def _draft_entry(repository: Repository) -> None:
    path, before = repository.corpus / changelog.NAME, repository.predecessor
    if changelog.entry_of(path, repository.version) is None:
        changes = None if before is None else compare(before, _built(repository))
        changelog.put(path, changelog.draft(repository.version, None if before is None else before.version, changes))
    raise DataError(
        f"{path}: the entry of {repository.version} waits for a sentence of yours where it says "
        f"{TO_BE_FILLED_IN}; then run this again."
    )


def _are_pinned(repository: Repository) -> bool:
    return all(pin.version(repository.root) in (None, repository.version) for pin in PINS)


def _pin(repository: Repository) -> None:
    for pin in PINS:
        pin.write(repository.root, repository.version)


def _has_card(repository: Repository) -> bool:
    if not (repository.root / "DATA_CARD.md").exists():
        return True
    arguments = _command("write_card.py", "--root", repository.root, "--check")
    return subprocess.run(arguments, capture_output=True, check=False).returncode == 0


def _write_card(repository: Repository) -> None:
    _script("write_card.py", "--root", repository.root)


def _are_models_current(repository: Repository) -> bool:
    """Whether what models may learn from is what those that ship have learnt from."""
    folders = sorted((repository.root / MODELS).glob("*/config.json"))
    learnt = {read_config(path.parent).get("trained_on", {}).get("corpus") for path in folders} - {None}
    after = _built(repository)
    return all(_rows(after) == _rows(_version(repository, version)) for version in learnt)


def _train(repository: Repository) -> None:
    if repository.external is None:
        raise DataError(
            "labels that models learn from have changed, so that the models are to be trained again on the corpus and "
            "on copies of all public sets; name their folder with --external, or pass this by with --skip models."
        )
    _script("train_models.py", "--external", repository.external)
    _script("label_sentences.py", "--weights", "open", "--weights", "research", "--page")


def _check(repository: Repository) -> None:
    _script("check_corpus.py", "--root", repository.root)


def _built(repository: Repository) -> Release:
    release = repository.release
    if release is None:
        raise DataError(f"{repository.corpus} does not hold {repository.version}; step build comes before.")
    return release


def _version(repository: Repository, version: str) -> Release:
    current = open_release(repository.corpus)
    return current if current.version == version else open_release(repository.corpus / OLDER / version)


def _rows(release: Release) -> dict[str, str]:
    """Checksums of the rows that models may learn from, by file."""
    files = release.manifest["files"].items()
    return {name: entry["rows_sha256"] for name, entry in files if name.partition("/")[0] in _LEARNT_FROM}


def _command(name: str, *arguments: object) -> Sequence[str]:
    return [sys.executable, str(SCRIPTS / name), *map(str, arguments)]


def _script(name: str, *arguments: object) -> None:
    command = _command(name, *arguments)
    if code := subprocess.run(command, check=False).returncode:
        raise DataError(f"scripts/{name} left with {code}; what it says stands above.")


STEPS = (
    Step("sources", "check texts, registers and judgements", _never, _require_sources),
    Step("build", "build the release, keep the one before", lambda repository: repository.is_built, _build),
    Step("splits", "see that no document left its split", _never, _require_splits),
    Step("changelog", "draft the entry, or see that it is written", _has_entry, _draft_entry),
    Step("pins", "write the version where it is named outside of the corpus", _are_pinned, _pin),
    Step("card", "count the figures of DATA_CARD.md again", _has_card, _write_card),
    Step("models", "train what ships again, if what it learns from has changed", _are_models_current, _train),
    Step("check", "check the release at all levels", _never, _check),
)
