"""A set of weights: which rows it learns from, how each of its models is made, and what is written down of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from training.recipe import MIN_TEXTS, Choice, Progress, choose, choose_regularisation, halves
from training.rows import (
    C_STANCE,
    OPEN_SOURCES,
    RowWeights,
    TrainingRows,
    c_stance_rows,
    composed_rows,
    public_rows,
    retired_rows,
    rows_in_context,
    with_retired,
)
from weibo_nlp.errors import UsageError
from weibo_nlp.labelling.sets import WITH_SETS
from weibo_nlp.models.domain import DomainDetector, train_domain
from weibo_nlp.models.embedding import EmbeddingClassifier
from weibo_nlp.models.embedding_stance import EmbeddingStanceClassifier
from weibo_nlp.models.linear import LinearClassifier
from weibo_nlp.models.stance import StanceClassifier
from weibo_nlp.models.weights import ACCURATE, CONTEXT, FAST, OPEN, RESEARCH
from weibo_nlp.tasks.external import open_external
from weibo_nlp.tasks.real import RealTexts, real_tasks
from weibo_nlp.tasks.spec import TaskSpec
from weibo_nlp.text import domain_lexicon

# In cross-validation inside training, calibrated: topic open .740, .748, .738 and research .758, .764, .770 at 0, .5
# and 1; stance .712, .715, .716. Halfway loses nowhere.
BALANCE = 0.5
KEPT = 0.95
"""Share of the squares of all coefficients that is shipped: a quarter of the bytes, and of the labels of stance on
validation one in 600 (research) and one in 140 (open) is another."""
WEIGHTS = (OPEN, RESEARCH)
OPPOSED = "not {}"
"""Name of the family of targets that people are for who are against a canonical one."""
NO_STANCE = "none"
LEAST_SIDES = 20
"""Documents that take a side on a target from which it is learnt of by its name."""
GAINING = {ACCURATE: ("topic", "sentiment"), CONTEXT: ("topic",)}
"""Mode -> tasks that gain by it: `scripts/measure_accurate.py`, `scripts/measure_context.py`, docs/accurate.md."""


@dataclass(frozen=True)
class Trained:
    """A model, how its rows were weighed, and what it learnt from."""

    model: LinearClassifier
    choice: Choice
    n_rows: Mapping[str, int]


class WeightsRecipe:
    """Rows and models of a set of weights.

    Parameters
    ----------
    name : str
        ``open`` or ``research``.
    real : RealTexts
        With the texts of a user's copies.
    external : Path
        Folder of these copies, in which C-STANCE and mission_dev are looked for as well.
    without : collection of str
        Sources that nothing is learnt of, nor of what nearly repeats their texts, to be scored on them.
    held_back : sequence of str
        Further texts that nothing learnt from may nearly repeat.
    mode : str
        ``fast``, ``accurate``, or ``context``, whose models read the texts above a text.

    Raises
    ------
    UsageError
        If there are no such weights, or texts of a source are missing: what is learnt would depend on the machine.
    """

    def __init__(
        self,
        name: str,
        real: RealTexts,
        external: Path,
        *,
        without: Collection[str] = (),
        held_back: Sequence[str] = (),
        mode: str = FAST,
    ) -> None:
        if name not in WEIGHTS:
            raise UsageError(f"weights are {' or '.join(WEIGHTS)}, not {name!r}.")
        self.name, self.real, self.external, self.mode = name, real, external, mode
        self.without, self.held_back = frozenset(without), tuple(held_back)
        texts = real.texts or {}
        if missing := len(real.sets.keys() - texts.keys()):
            raise UsageError(f"{external}: {missing:,} of {len(real.sets):,} public texts are missing; all are needed.")

    @property
    def specs(self) -> Sequence[TaskSpec]:
        """Tasks, one model each."""
        specs = real_tasks(self.real.release.scheme, self.real.release.version)
        return [spec for spec in specs if spec.name in GAINING.get(self.mode, (spec.name,))]

    def train(
        self,
        spec: TaskSpec,
        *,
        choice: Choice | None = None,
        row_weights: RowWeights | None = None,
        seed: int = 0,
        progress: Progress = lambda _: None,
    ) -> Trained:
        """Make the model of a task.

        Learnt from composed documents and the training part of the public texts; calibrated by one half of their
        validation part, and given prediction sets by the other.

        Parameters
        ----------
        spec : TaskSpec
            The task.
        choice : Choice, optional
            What rows weigh, and C; chosen by cross-validation without it.
        row_weights : RowWeights, optional
            What rows weigh, as chosen for the fast model of the task; then C alone is chosen.
        seed : int
            Of folds and solver.
        progress : callable
            Called with a line about what is being done.
        """
        rows = self.rows(spec)
        model = self.untrained(spec, seed)
        if choice is None:
            progress(f"{self.name} {spec.name}: choosing weights of {len(rows):,} rows")
            if row_weights is None:
                choice = choose(rows, spec, model, seed=seed)
            else:
                choice = choose_regularisation(rows, spec, model, row_weights, seed=seed)
        progress(f"{self.name} {spec.name}: {choice.weights}, C {choice.C:g}")
        rows = rows.weighted(choice.weights)
        model.set_params(C=choice.C)
        model.fit(rows.examples, rows.labels, groups=rows.groups, sample_weight=rows.weights).prune(KEPT)
        if self.mode != CONTEXT:  # public texts have nothing above them
            calibration, rest = halves(self.validation(spec))
            model.calibrate(calibration.examples, calibration.labels)
            if spec.name in WITH_SETS:
                model.fit_sets(rest.examples, rest.labels)
        counts = {str(source): rows.sources.count(source) for source in dict.fromkeys(rows.sources)}
        model.trained_on_ |= {
            "weights": self.name,
            "corpus": self.real.release.version,
            "scheme": spec.scheme,
            "rows": {("composed" if source == "None" else source): n for source, n in counts.items()},
            "row_weights": asdict(choice.weights),
        }
        return Trained(model, choice, counts)

    def domain(self) -> DomainDetector:
        """Learn what is unlike anything that these weights learn from."""
        first, *others = (self.rows(spec) for spec in self.specs)
        rows = sum(others, start=first).once()  # what one task leaves out, another may have a copy of
        texts = dict.fromkeys(example.text for example in rows.examples)
        seen = dict.fromkeys(example.text for spec in self.specs for example in self.validation(spec).examples)
        return train_domain(list(texts), list(seen))

    def rows(self, spec: TaskSpec) -> TrainingRows:
        """What the model of a task may learn from; nothing that nearly recurs in what is held back."""
        composed = rows_in_context(self.real, spec) if self.mode == CONTEXT else composed_rows(self.real, spec)
        rows = composed + public_rows(self.real, spec, "train")
        if spec.targeted and self.mode != CONTEXT:
            rows += retired_rows(self.real, spec)
        if spec.targeted and self.name == RESEARCH and C_STANCE not in self.without:
            rows += c_stance_rows(self.external)
        rows = self._permitted(rows)
        if self.name == OPEN:
            rows = rows.of({None, *OPEN_SOURCES})
        return rows.once(self.held_back_texts)

    def validation(self, spec: TaskSpec) -> TrainingRows:
        """Validation part of the public texts, but for sources that are left out; for stance, on the text's own topic.

        Of all sources for any weights: what is taken from it are a handful of figures, and a user's posts are of no
        source that weights know.
        """
        rows = self._permitted(public_rows(self.real, spec, "validation"))
        return rows.subset(place for place, on_topic in enumerate(rows.on_topic) if on_topic)

    def untrained(self, spec: TaskSpec, seed: int = 0) -> LinearClassifier:
        """The model of a task before it is trained."""
        plain, targeted = (LinearClassifier, StanceClassifier)
        if self.mode == ACCURATE:
            plain, targeted = (EmbeddingClassifier, EmbeddingStanceClassifier)
        if not spec.targeted:
            return plain(spec.labels, min_df=MIN_TEXTS, balance=BALANCE, random_state=seed)
        return targeted(
            spec.labels,
            min_df=MIN_TEXTS,
            families=families_with_retired(self.real),
            mentions=mentions_of(self.real),
            balance=BALANCE,
            random_state=seed,
        )

    @cached_property
    def held_back_texts(self) -> tuple[str, ...]:
        """Texts that these weights may not have seen: of the public test part, mission_dev, and what is left out."""
        texts = self.real.texts or {}
        public = [
            texts[row["id"]]
            for split, rows in self.real.rows.items()
            for row in rows
            if split == "test" or row["source"] in self.without
        ]
        mission_dev = open_external("mission_dev", self.external)
        shared = (document.text for part in mission_dev.parts.values() for document in part.documents)
        return (*public, *shared, *self.held_back)

    def _permitted(self, rows: TrainingRows) -> TrainingRows:
        """Rows of no source that is left out, nor of a thread that runs into one."""
        left_out = {row["group"] for part in self.real.rows.values() for row in part if row["source"] in self.without}
        rows = rows.without(self.without)
        return rows.subset(place for place, group in enumerate(rows.groups) if group not in left_out)


def families_of(real: RealTexts) -> dict[str, str]:
    """Target of the register -> its family: the canonical target of its topic, where people judge both alike.

    Who is for a boycott is for buying by nation; who is for the brand is against it. So a target leans on the canonical
    one, or on the others that are judged opposite to it, as the composed documents say that are judged on both; where
    they do not say, it stands for itself. One that fewer than ``LEAST_SIDES`` documents take a side on has no family:
    it would be learnt of as something that nobody minds.
    """
    targets = list(real.release.rows("targets"))
    topics = {name: row["topic"] for row in real.release.rows("events") for name in row["targets"]}
    topics |= {row["id"]: row["canonical_for"] for row in targets if row["canonical_for"]}
    canonical = {row["canonical_for"]: row["id"] for row in targets if row["canonical_for"]}
    texts = {row["id"]: row["text"] for row in targets}
    kinship = _kinship(real, {name: canonical[topic] for name, topic in topics.items() if topic in canonical})
    return {
        texts[name]: texts[own] if sign > 0 else OPPOSED.format(texts[own]) if sign < 0 else texts[name]
        for name, (own, sign, sides) in kinship.items()
        if sides >= LEAST_SIDES
    }


def families_with_retired(real: RealTexts) -> dict[str, str]:
    """Families of the targets that are asked about, and of those that were, by what was judged then."""
    older = with_retired(real)
    return ({} if older is None else families_of(older)) | families_of(real)


def _kinship(real: RealTexts, canonical: Mapping[str, str]) -> dict[str, tuple[str, int, int]]:
    """Target -> its canonical one, how many more documents judge both alike than opposite, and how many take a side.

    Of a canonical target itself, they judge both alike.
    """
    stances: dict[str, dict[str, str]] = {}
    for split in ("train", "validation"):
        for row in real.release.rows("stances", split):
            stances.setdefault(row["document_id"], {})[row["target_id"]] = row["stance"]
    alike, sides = Counter[str](), Counter[str]()
    for of_document in stances.values():
        for name, stance in of_document.items():
            pair = {stance, of_document.get(canonical.get(name, ""), NO_STANCE)}
            alike[name] += 0 if NO_STANCE in pair else 1 if len(pair) == 1 else -1
            sides[name] += stance != NO_STANCE
    return {name: (own, 1 if name == own else alike[name], sides[name]) for name, own in canonical.items()}


def mentions_of(real: RealTexts) -> dict[str, list[str]]:
    """Canonical target -> the words of its topic, longest first, by which texts speak of it."""
    terms = domain_lexicon()
    return {
        row["text"]: sorted(terms.of_kind(f"term_{row['canonical_for']}"), key=len, reverse=True)
        for row in real.release.rows("targets")
        if row["canonical_for"]
    }
