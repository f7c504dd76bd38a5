"""Temporary."""


def make_sampler(question):
    from optuna.samplers import TPESampler

    return TPESampler(seed=question.seed, multivariate=True, group=True, constant_liar=True)


def make_pruner(question):
    from optuna.pruners import MedianPruner, NopPruner

    return NopPruner() if question.pruner == "none" else MedianPruner()
