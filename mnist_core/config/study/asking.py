"""What a study asks, in words."""

from collections.abc import Mapping

from mnist_core.config.study.parameter import Parameter
from mnist_core.config.study.question import Objective, Pruner, Question, Sampler, StudyKind
from mnist_core.config.study.words import parameter_title, value_words
from mnist_core.text import English, Sentence

KIND_WORDS: Mapping[StudyKind, Sentence] = {
    "try": "Values",
    "search": "Search for good values",
    "repeat": "Repetition",
    "sizes": "More data",
    "rate": "Learning rate test",
}
SAMPLER_WORDS: Mapping[Sampler, Sentence] = {"tpe": "TPE: learns from earlier trials", "random": "Random"}
SAMPLER_NAMES: Mapping[Sampler, Sentence] = {"tpe": "TPE", "random": "random choice"}
PRUNER_WORDS: Mapping[Pruner, Sentence] = {
    "none": "No: every trial runs to its end",
    "median": "Yes: what is worse than the median",
    "halving": "Yes: successive halving",
    "hyperband": "Yes: Hyperband",
}
OBJECTIVE_WORDS: Mapping[Objective, Sentence] = {
    "val_accuracy": "Validation accuracy",
    "val_loss": "Validation loss",
    "test_accuracy": "Test accuracy",
}
_MOST_VALUES = 6  # that are named one by one


def question_words(question: Question, t: English, *, trials: int | None = None) -> str:
    """Return what a study asks in one sentence.

    Parameters
    ----------
    question : Question
    t : English
        Of the reader.
    trials : int, optional
        How many there are by now, where somebody asked for more.
    """
    n = trials or question.trials
    match question.kind:
        case "try":
            values = "; ".join(_values(parameter, t) for parameter in question.over)
            if len(question.over) == 1:
                return t("Which value works best? {values}", values=values)
            return t("Which combination works best? {values}", values=values)
        case "search":
            names = ", ".join(parameter_title(parameter.name, t) for parameter in question.over)
            how = t(SAMPLER_NAMES[question.sampler])
            return t("Search: {names}; {trials} by {how}", names=names, trials=_trials(n, t), how=how)
        case "repeat":
            return t.plural("How much is luck? {n:,} seed", "How much is luck? {n:,} seeds", n)
        case "sizes":
            size, *seeds = question.over
            return t(
                "Would more images help? {values}; {seeds}",
                values=_values(size, t),
                seeds=t.plural("{n:,} seed each", "{n:,} seeds each", len(seeds[0].values) if seeds else 1),
            )
        case _:
            return t("Which learning rate is right? One short run with a rising one")


def study_name(question: Question, of: str, t: English) -> str:
    """Return the name that a study begins with, from what its base is called (translated)."""
    if question.kind == "try":
        what = ", ".join(parameter_title(parameter.name, t) for parameter in question.over)
    else:
        what = t(KIND_WORDS[question.kind])
    return f"{of} · {what}"[:200]


def values_words(values: Mapping[str, object], t: English) -> str:
    """Return what a trial tried: ``Learning rate 0.001 · Units 64``."""
    return " · ".join(f"{parameter_title(name, t)} {value_words(name, value, t)}" for name, value in values.items())


def _trials(n: int, t: English) -> str:
    return t.plural("{n:,} trial", "{n:,} trials", n)


def _values(parameter: Parameter, t: English) -> str:
    title = parameter_title(parameter.name, t)
    if len(parameter.values) > _MOST_VALUES:
        return f"{title}: " + t.plural("{n:,} value", "{n:,} values", len(parameter.values))
    return f"{title}: " + ", ".join(value_words(parameter.name, value, t) for value in parameter.values)
