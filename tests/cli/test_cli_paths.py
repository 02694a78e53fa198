"""An empty path, as of an unset variable, is never the folder we are in: no command takes one."""

from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from typer.models import OptionInfo

from weibo_nlp.cli.application import app


def path_parameters(group, names=()):
    """(Words of a command, what comes before the value, parameter) for each parameter that is a path or several."""
    for inner in group.registered_groups:
        yield from path_parameters(inner.typer_instance, (*names, inner.name))
    for command in group.registered_commands:
        words = (*names, command.name or command.callback.__name__)
        for name, hint in get_type_hints(command.callback, include_extras=True).items():
            kind, *facts = get_args(hint) or (hint,)
            if Path in (kind, *get_args(kind)):
                # In an annotation, what stands first is taken for the default.
                called = [facts[0].default, *(facts[0].param_decls or ())]
                option = next((each for each in called if str(each).startswith("--")), f"--{name.replace('_', '-')}")
                yield words, [option] if isinstance(facts[0], OptionInfo) else [], name


PARAMETERS = list(path_parameters(app))


def test_paths_are_found_among_the_parameters():
    assert {name for *_, name in PARAMETERS} >= {"path", "file", "files", "predictions", "folder", "html", "output"}


@pytest.mark.parametrize(
    ("words", "option"),
    [pytest.param(words, option, id=" ".join([*words, name])) for words, option, name in PARAMETERS],
)
def test_an_empty_path_is_refused_by_every_command(run, words, option):
    arguments = ["x"] if option and words in [("evaluate",), ("leaderboard", "add"), ("compare",)] else []
    code, _, err = run(*words, *arguments, *option, "")
    assert code == 2
    assert "is empty; name a place" in err
