import pytest

from benchmarks.studies.replay import recorded, search, trials_to
from benchmarks.studies.table import BASE, EPOCHS, GRID
from mnist_core.config import Dense, NetworkConfig, RunConfig
from mnist_core.config.study import PRUNERS, Parameter, Question
from mnist_core.studies.samplers import make_pruner, make_sampler

optuna = pytest.importorskip("optuna")


def question(*over, **settings):
    base = RunConfig(model=NetworkConfig(layers=(Dense(units=64),))).with_settings({"epochs": 9})
    over = over or (Parameter(name="learning_rate", low=1e-4, high=0.1, log=True),)
    return Question(kind="search", base=base, over=over, trials=30, **settings)


@pytest.mark.parametrize(("name", "kind"), [("tpe", "TPESampler"), ("random", "RandomSampler")])
def test_a_sampler_is_optunas_own_and_chooses_the_same_for_a_seed(name, kind):
    def chosen(seed):
        sampler = make_sampler(question(sampler=name, seed=seed))
        assert type(sampler).__name__ == kind
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        study = optuna.create_study(sampler=sampler)
        study.optimize(lambda trial: (trial.suggest_float("x", -1, 1) - 0.3) ** 2, n_trials=15)
        return [trial.params["x"] for trial in study.trials]

    assert chosen(3) == chosen(3)
    assert chosen(3) != chosen(4)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("none", "NopPruner"),
        ("halving", "SuccessiveHalvingPruner"),
        ("hyperband", "HyperbandPruner"),
        ("median", "MedianPruner"),
    ],
)
def test_a_pruner_is_optunas_own(name, kind):
    assert type(make_pruner(question(pruner=name))).__name__ == kind


def test_hyperband_plans_with_the_most_epochs_that_a_trial_may_have():
    assert make_pruner(question(pruner="hyperband"))._max_resource == 9
    tried = Parameter(name="epochs", low=1, high=20, whole=True)
    assert make_pruner(question(tried, pruner="hyperband"))._max_resource == 20


def test_every_network_of_the_grid_is_recorded_with_all_its_epochs():
    rows = recorded()
    assert len(rows) == len(GRID["learning_rate"]) * len(GRID["units"]) * len(GRID["batch_size"]) * len(GRID["layers"])
    assert {len(right) for right in rows.values()} == {EPOCHS} == {BASE.train.epochs}


def test_tpe_finds_more_in_30_trials_than_random_search_and_sooner():
    tpe, random = ([search(name, "none", seed) for seed in range(20)] for name in ("tpe", "random"))
    best = [sum(one.best[-1] for one in found) for found in (tpe, random)]
    assert best[0] > best[1]
    wanted = sorted(one.best[-1] for one in random)[10]
    assert sum(trials_to(one.best, wanted) for one in tpe) < sum(trials_to(one.best, wanted) for one in random)


@pytest.mark.parametrize("pruner", PRUNERS)
def test_a_pruner_saves_epochs_and_a_search_without_one_trains_them_all(pruner):
    found = [search("random", pruner, seed) for seed in range(5)]
    if pruner == "none":
        assert {one.epochs for one in found} == {30 * EPOCHS}
    else:
        assert max(one.epochs for one in found) < 30 * EPOCHS
