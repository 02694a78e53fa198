"""What annotators are asked: tasks of the scheme and categories of one's own, as questions with labels and meanings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from weibo_nlp import _resources
from weibo_nlp.annotation.exchange.base import Language, Question
from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.io.names import quoted
from weibo_nlp.io.yaml_file import read_yaml
from weibo_nlp.scheme import NEEDS_CONTEXT, Scheme

STANCE, FRAMES, CANONICAL = "stance", "frames", "canonical"
FRAME = "frame_"
"""Beginning of the names of questions that ask for one frame each, of which a text may have any number."""
MOST_QUESTIONS = 40
MOST_TARGETS = 500
_NAME = re.compile(r"[^\W\d]\w{0,39}\Z")
_RESERVED = frozenset(("place", "id", "number", "text", "title", "above", "unsure", "comment", "reason", "order"))
_TARGET_MARK = "<目标>"
_ASKED = {
    "zh": {
        "topic": "作者自己的话主要在谈什么？",
        "sentiment": "作者的话表达了什么情感？（不论冲着什么去）",
        STANCE: "作者对“{target}”持什么立场？",
        "irony": "作者是在说反话吗？",
        NEEDS_CONTEXT: "不看上文就无法判断吗？",
        FRAMES: "作者从这个角度来谈吗？",
        "own": "{name}？",
    },
    "en": {
        STANCE: "Does the author favour or oppose “{target}”?",
        NEEDS_CONTEXT: "Could it not be decided from the text alone?",
        FRAMES: "Does the author speak of it in this way?",
        "own": "{name}?",
    },
}
_YES_NO = {
    "zh": {"false": "看文字本身就够了", "true": "要看上文才能判断"},
    "en": {"false": "the text alone was enough", "true": "the texts above were needed"},
}
_FRAMES_ZH = {
    "perk": "好处与便利", "punishment": "威慑，罪有应得", "privacy": "监视，数据", "rule_of_law": "法律，比例，程序",
    "morality": "信任，羞耻，报应", "authenticity": "真或假", "traffic_money": "点击，广告，收入",
    "responsibility": "媒体与平台的责任", "humiliation": "历史或现实中的不平等对待", "pride": "国家或国产的成就",
    "quality_price": "产品，服务，价格", "humour": "玩笑，梗，文字游戏",
}  # fmt: skip


def questions_of(
    tasks: Sequence[str], scheme: Scheme, language: Language, *, document_targets: Sequence[str] = ()
) -> tuple[Question, ...]:
    """Turn tasks, as a user names them, into questions.

    Parameters
    ----------
    tasks : sequence of str
        ``topic``, ``sentiment``, ``irony`` and the marks ``needs_context`` and ``frames`` of the scheme;
        ``stance=TARGET``, or ``stance=canonical`` for the canonical targets, and ``stance`` alone where each document
        has targets of its own; ``NAME=labelA|labelB`` for a category of one's own; or a YAML file with a codebook.
    scheme : Scheme
        Whose labels they have.
    language : {"zh", "en"}
        Of the questions and of what labels mean.
    document_targets : sequence of str
        The targets that ``stance`` alone asks about.

    Returns
    -------
    tuple of Question
        Stances are called ``stance``, or ``stance_1`` and on where there are several targets.

    Raises
    ------
    UsageError
        If a task cannot be asked, is named twice, or there is none.
    """
    if STANCE in tasks and any(task.startswith(f"{STANCE}=") for task in tasks):
        raise UsageError("stance is asked about targets of the documents and about one of yours; name either alone.")
    targets = list(dict.fromkeys(_targets(tasks, document_targets)))
    questions: list[Question] = []
    asked_stance = False
    for task in tasks:
        name, given, value = task.partition("=")
        if name == STANCE:
            if not asked_stance:  # all targets together, in the place of the first
                questions += _stances(targets, scheme, language)
            asked_stance = True
        elif task.lower().endswith((".yaml", ".yml")):
            questions.append(_of_codebook(Path(task), language))
        elif given:
            questions.append(_own(name.strip(), value, scheme, language))
        elif name == FRAMES:
            questions += _frames(scheme, language)
        else:
            questions.append(_of_scheme(name, scheme, language))
    _require_distinct(questions, own_targets=STANCE in tasks)
    return tuple(questions)


def codebook_of(questions: Sequence[Question]) -> str:
    """Rules for annotators, in Chinese, for those questions that are tasks of the scheme; empty where none is."""
    from weibo_nlp.models.endpoint.prompts import read_prompt

    tasks = dict.fromkeys(question.task for question in questions if question.task in _ASKED["zh"])
    tasks = {task: None for task in tasks if task not in (NEEDS_CONTEXT, FRAMES)}
    parts = [f"# {task}\n\n{read_prompt(task)['codebook'].strip()}\n" for task in tasks]
    return "\n".join(parts).replace(_TARGET_MARK, "目标")


def guideline_version() -> str:
    """Version of the annotation guideline that these rules, and the meanings of the scheme's labels, were made from."""
    from weibo_nlp.models.endpoint.prompts import VERSION

    return str(read_yaml(_resources.prompts_dir() / VERSION / "frame.yaml")["guideline"])


def _targets(tasks: Sequence[str], document_targets: Sequence[str]) -> Iterator[str]:
    for task in tasks:
        name, given, target = task.partition("=")
        if name != STANCE:
            continue
        if not given:
            if not document_targets:
                raise UsageError(
                    "stance is about a target: name one, as --task stance=信用惩戒, or stance=canonical; without, each "
                    "document needs its own in a column stance_target."
                )
            yield from document_targets
        elif target == CANONICAL:
            yield from (row["text"] for row in _register().values() if row["canonical_for"])
        elif target.strip() != target or not target or not target.isprintable():
            raise UsageError(f"the stance target {quoted(target)} is no name; give one, as --task stance=信用惩戒.")
        else:
            yield target


def _register() -> dict[str, dict[str, str]]:
    from weibo_nlp.corpus import open_release

    return {row["text"]: row for row in open_release().rows("targets")}


def _stances(targets: Sequence[str], scheme: Scheme, language: Language) -> Iterator[Question]:
    labels, register = scheme.task(STANCE).labels, _register()
    for place, target in enumerate(targets, start=1):
        meanings = _meanings(STANCE, scheme, language)
        if language == "en" and target in register:
            meanings = {label: register[target][label] for label in labels}
        yield Question(
            STANCE if len(targets) == 1 else f"{STANCE}_{place}",
            STANCE,
            _ASKED[language][STANCE].format(target=target),
            labels,
            {label: meaning.replace(_TARGET_MARK, f"“{target}”") for label, meaning in meanings.items()},
            target,
        )


def _meanings(task: str, scheme: Scheme, language: Language) -> dict[str, str]:
    if language == "en":
        return dict(scheme.task(task).meanings)
    from weibo_nlp.models.endpoint.prompts import read_prompt

    return dict(read_prompt(task)["labels"])


def _of_scheme(name: str, scheme: Scheme, language: Language) -> Question:
    if name == NEEDS_CONTEXT:
        return Question(name, name, _ASKED[language][name], ("false", "true"), _YES_NO[language])
    if name not in scheme.tasks:
        known = (*scheme.tasks, NEEDS_CONTEXT, FRAMES)
        raise UnknownNameError("task", name, known, "A category of your own is named with its labels: NAME=one|other.")
    task = scheme.tasks[name]
    asked = _ASKED[language].get(name, task.question)
    return Question(name, name, asked, task.labels, _meanings(name, scheme, language))


def _frames(scheme: Scheme, language: Language) -> Iterator[Question]:
    meanings = _FRAMES_ZH if language == "zh" else {}
    for frame in scheme.frames:
        text = f"{_ASKED[language][FRAMES]} {frame}{f' {meanings[frame]}' if frame in meanings else ''}"
        yield Question(f"{FRAME}{frame}", FRAMES, text, ("true",), is_required=False)


def _own(name: str, value: str, scheme: Scheme, language: Language) -> Question:
    labels = tuple(label.strip() for label in value.split("|"))
    if name in scheme.tasks or name in (NEEDS_CONTEXT, FRAMES):
        raise UsageError(
            f"{name} has the labels of the scheme; leave out what stands behind =, or choose another name."
        )
    _require_name(name)
    if len(labels) < 2 or not all(labels) or not all(map(str.isprintable, labels)):
        raise UsageError(f"{name}={value}: two labels at least are needed, with | between them, as {name}=yes|no.")
    if len(set(labels)) < len(labels):
        raise UsageError(f"{name}={value}: a label stands twice; name each once.")
    return Question(name, name, _ASKED[language]["own"].format(name=name), labels)


def _of_codebook(path: Path, language: Language) -> Question:
    from weibo_nlp.models.endpoint.prompts import read_prompt

    content = read_prompt(path)
    _require_name(content["name"])
    if content["targeted"] or len(content["labels"]) < 2:
        raise UsageError(f"{path}: a codebook with two labels or more, and without a target, can be asked.")
    name, meanings = content["name"], {label: text for label, text in content["labels"].items() if text}
    return Question(name, name, _ASKED[language]["own"].format(name=name), tuple(content["labels"]), meanings)


def _require_name(name: str) -> None:
    if not _NAME.match(name) or name in _RESERVED or name.startswith((f"{STANCE}_", FRAME, "gold_")):
        raise UsageError(
            f"a category cannot be called {quoted(name)}; use letters, digits and _, up to 40, a letter first, and "
            f"none of the names {', '.join(sorted(_RESERVED))}, nor one that begins with stance_, {FRAME} or gold_."
        )


def _require_distinct(questions: Sequence[Question], *, own_targets: bool) -> None:
    if not questions:
        raise UsageError("no task; name at least one, as --task sentiment.")
    names = [question.name for question in questions]
    if doubled := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"the task {doubled} is named twice; name it once.")
    # Targets of the documents' own are asked about where they belong: of a text these are a few, of all there are many.
    n_stances = sum(question.task == STANCE for question in questions) if own_targets else 0
    if n_stances > MOST_TARGETS:
        raise UsageError(f"{n_stances} targets; the documents of a campaign may have up to {MOST_TARGETS}, split it.")
    if (asked := len(names) - n_stances) > MOST_QUESTIONS:
        raise UsageError(f"{asked} questions; up to {MOST_QUESTIONS} can be asked of a text.")
