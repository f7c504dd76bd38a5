"""By which rules a search chooses and ends trials: classes of Optuna with their arguments, as names and values.

The program makes them of these, and the script for learners says so, word by word.
"""

from typing import Any, NamedTuple

from mnist_core.config.study.question import Question


class Rule(NamedTuple):
    """A class of Optuna, and its arguments."""

    name: str
    arguments: dict[str, Any]


# Random trials before TPE learns from them: Optuna's own number, as `benchmarks.studies` found none of 3 to 10 better.
_STARTUP = 10
_BEFORE_MEDIAN = 5  # trials that the median pruner lets end


def sampler_rule(question: Question) -> Rule:
    """Return how a search chooses what to try next."""
    if question.sampler == "random":
        return Rule("RandomSampler", {"seed": question.seed})
    return Rule(
        "TPESampler",
        # Settings are seen together, each group of those that occur together by itself (the units of a layer that not
        # all have); what still trains counts as bad, so that trials side by side don't all try the same.
        {
            "seed": question.seed,
            "n_startup_trials": _STARTUP,
            "multivariate": True,
            "group": True,
            "constant_liar": True,
        },
    )


def pruner_rule(question: Question) -> Rule:
    """Return by which rule a search ends what falls behind, told after each epoch, the first being 1."""
    epochs = max_epochs(question)
    match question.pruner:
        case "halving":
            return Rule("SuccessiveHalvingPruner", {"min_resource": 1, "reduction_factor": 2})
        case "hyperband":
            return Rule("HyperbandPruner", {"min_resource": 1, "max_resource": epochs, "reduction_factor": 3})
        case "median":
            return Rule("MedianPruner", {"n_startup_trials": _BEFORE_MEDIAN, "n_warmup_steps": 1})
        case _:
            return Rule("NopPruner", {})


def max_epochs(question: Question) -> int:
    """Return the most epochs that a trial may train."""
    tried = [
        value
        for parameter in question.over
        if parameter.name == "epochs"
        for value in (parameter.high, *parameter.values)
    ]
    return max((int(value) for value in tried if isinstance(value, int | float)), default=question.base.train.epochs)
