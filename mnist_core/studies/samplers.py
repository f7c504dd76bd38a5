"""Optuna's samplers and pruners for a question; what they are is said by `mnist_core.config.study.optuna_rules`."""

import warnings
from typing import TYPE_CHECKING, Any

from mnist_core.config.study import Question
from mnist_core.config.study.optuna_rules import Rule, pruner_rule, sampler_rule

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler


def make_sampler(question: Question) -> "BaseSampler":
    """Return what chooses the values of the next trial; the same seed chooses the same."""
    from optuna import samplers

    sampler: BaseSampler = _made(samplers, sampler_rule(question))
    return sampler


def make_pruner(question: Question) -> "BasePruner":
    """Return what says whether a trial falls behind, when it was told of each epoch."""
    from optuna import pruners

    pruner: BasePruner = _made(pruners, pruner_rule(question))
    return pruner


def _made(module: Any, rule: Rule) -> Any:
    from optuna.exceptions import ExperimentalWarning

    with warnings.catch_warnings():  # some arguments may change in a later version: requirements say which one it is
        warnings.simplefilter("ignore", ExperimentalWarning)
        return getattr(module, rule.name)(**rule.arguments)
