"""Old public names, kept for one release: each still works, and warns which name stands for it now.

Modules that moved are imported from here under their old names; two of them, ``weibo_nlp.evaluate`` and
``weibo_nlp.segment``, share their name with a function of the facade, so that what is found there can be called.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from functools import wraps
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType
from typing import Any, TypeVar, cast

GONE_IN = "0.4.0"
Function = TypeVar("Function", bound=Callable[..., Any])

# Old module -> new one; what a package held is found where its modules went.
MODULES = {
    "annotation.gold": "annotation.adjudication",
    "annotation.sheets": "annotation.campaign",
    "annotation.words": "annotation.segmentation",
    "benchmark.claims": "leaderboard.entries",
    "benchmark.compare": "evaluation.comparison",
    "benchmark.data": "tasks.folds",
    "benchmark.document": "benchmark.suite",
    "benchmark.external_data": "tasks.external",
    "benchmark.gold": "evaluation.files",
    "benchmark.hardware": "provenance",
    "benchmark.leaderboard": "leaderboard.additions",
    "benchmark.mistakes": "benchmark.errors",
    "benchmark.real_text": "profiling.reference_sets",
    "benchmark.standings": "leaderboard.ranking",
    "evaluate": "evaluation",
    **{f"evaluate.{name}": f"evaluation.{name}" for name in ("calibration", "prevalence", "slices")},
    "evaluate.ceiling": "evaluation.annotator_baseline",
    "evaluate.figures": "stats.estimate",
    "evaluate.intervals": "stats.bootstrap",
    "evaluate.metrics": "stats.metrics",
    "evaluate.multiplicity": "stats.multiplicity",
    "evaluate.paired": "stats.randomisation",
    "evaluate.robustness": "perturbations",
    "evaluate.runs": "evaluation.alignment",
    "evaluate.score": "evaluation.scoring",
    "evaluate.soft": "evaluation.soft_labels",
    "evaluate.words": "evaluation.segmentation",
    "labels": "scheme",
    "pipeline": "labelling",
    "segment": "segmentation",
    **{f"segment.{name}": f"segmentation.{name}" for name in ("base", "fetch", "lexicon", "many", "registry")},
}

# Names that changed with their module, or went elsewhere: old name -> (module, name).
NAMES = {
    "Figure": ("stats.estimate", "Estimate"),
    "Interval": ("stats.estimate", "Estimate"),
    "TaskLabels": ("scheme", "Task"),
    "annotator_ceiling": ("evaluation.annotator_baseline", "annotator_baseline"),
    "bootstrap_figures": ("stats.bootstrap", "bootstrap_estimates"),
    "compare_files": ("evaluation.comparison", "compare"),
    "gold_of": ("evaluation.files", "resolve_evaluation_set"),
    "release_ceiling": ("evaluation.annotator_baseline", "release_baseline"),
    "score_file": ("evaluation.files", "evaluate"),
    "shares_of": ("evaluation.soft_labels", "label_distribution"),
    "vote_shares": ("evaluation.soft_labels", "vote_distribution"),
    **{name: ("stats", name) for name in ("PairedTest", "UnitSums", "cluster_bootstrap", "holm", "paired_test")},
}

# Modules whose old name is a function of the facade today.
CALLABLE = {"evaluate": ("evaluation.files", "evaluate"), "segment": ("segmentation.registry", "segment")}


# Keywords that changed in functions under old names; and those that one `BootstrapConfig` holds now.
KEYWORDS = {
    "level": "confidence_level",
    "report": "progress",
    "rounds": "n_permutations",
    "weights": "sample_weight",
    "with_": "segmenter",
}
SETTINGS = {"resamples": "n_resamples", "seed": "seed", "level": "confidence_level", "method": "method"}


def warn(old: str, new: str, *, stacklevel: int = 3) -> None:
    """Warn that an old name was used, naming the new one."""
    while sys._getframe(stacklevel - 1).f_code.co_filename == __file__:  # a wrapper, a module that is called
        stacklevel += 1
    text = f"{old} is now {new}; the old name goes in weibo_nlp {GONE_IN}."
    warnings.warn(text, DeprecationWarning, stacklevel=stacklevel)


def with_old_keywords(function: Function) -> Function:
    """Let a function be called with the keywords it had: ``resamples``, ``level`` and so on."""
    from inspect import signature  # takes as long as all else that importing the package does

    parameters = signature(function).parameters

    @wraps(function)
    def called(*args: Any, **keywords: Any) -> Any:
        for old, new in KEYWORDS.items():
            if old in keywords and old not in parameters and new in parameters:
                warn(f"{function.__name__}({old}=…)", f"{function.__name__}({new}=…)")
                keywords[new] = keywords.pop(old)
        gone = keywords.keys() - parameters.keys() if "bootstrap" in parameters else ()
        if settings := {new: keywords.pop(old) for old, new in SETTINGS.items() if old in gone}:
            from weibo_nlp.stats import BootstrapConfig

            warn(f"{function.__name__}({', '.join(settings)})", f"{function.__name__}(bootstrap=BootstrapConfig(…))")
            keywords["bootstrap"] = BootstrapConfig(**settings)
        return function(*args, **keywords)

    return cast(Function, called)


class _Renamed(ModuleType):
    """A module under its old name: what is asked of it is looked up where it went, with a warning."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        old = self.__name__.removeprefix("weibo_nlp.")
        module, new = NAMES.get(name, (MODULES[old], name))
        value = getattr(import_module(f"weibo_nlp.{module}"), new)
        warn(f"weibo_nlp.{old}.{name}", f"weibo_nlp.{module}.{new}")
        return with_old_keywords(value) if isinstance(value, FunctionType) else value


class _CallableRenamed(_Renamed):
    """The same, where the old name is a function now."""

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return self.__wrapped__(*args, **keywords)


class _Finder:
    """Finds modules by their old names; importlib.abc, whose methods it has, would double the time of an import."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        old = fullname.removeprefix("weibo_nlp.")
        if old not in MODULES or old == fullname:
            return None
        return ModuleSpec(fullname, self, is_package=True)  # type: ignore[arg-type]  # it has what a loader needs

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        old = spec.name.removeprefix("weibo_nlp.")
        if old not in CALLABLE:
            return _Renamed(spec.name)
        room, name = CALLABLE[old]
        function: Callable[..., Any] = getattr(import_module(f"weibo_nlp.{room}"), name)
        module = _CallableRenamed(spec.name, function.__doc__)
        module.__wrapped__ = function  # type: ignore[attr-defined]  # so that help and signature show the function
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is to be run: names are looked up when they are asked for."""


def install() -> None:
    """Let old module names be found, once a process."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())
