"""What is allowed, and the sentence that says why something is not."""

import pytest

from mnist_core.config import Conv2D, Dense, NetworkConfig, RunConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.engine import Supervisor, estimate, limits
from mnist_core.engine.limits import check_config, check_visitor, why_no_training
from mnist_core.engine.workers import Workers
from mnist_core.errors import ConfigError, LimitError, TrainingOffError
from mnist_core.settings import Settings
from mnist_core.store import RunState, Visitor


def check(config, store, **limits):
    check_config(config, store.settings.model_copy(update=limits), estimate(config, store))


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_is_allowed_with_the_settings_as_they_come(store, recipe):
    check(RECIPES[recipe].config, store, worker_memory_mb=4000)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_class_may_train_every_recipe(store, recipe):
    check_config(
        RECIPES[recipe].config,
        Settings(profile="classroom", worker_memory_mb=4000),
        estimate(RECIPES[recipe].config, store),
    )


@pytest.mark.parametrize(
    ("profile", "memory", "trains"),
    [
        ("laptop", 1e9, True),
        ("small", 1e9, False),
        ("small", 2e9, True),
    ],
)
def test_a_small_computer_trains_where_it_has_the_memory(monkeypatch, profile, memory, trains):
    monkeypatch.setattr(limits, "total_memory", lambda: memory)
    assert (why_no_training(Settings(profile=profile)) is None) is trains


def test_where_training_is_just_possible_the_first_recipes_are_too(monkeypatch, store):
    for module in ("mnist_core.engine.limits", "mnist_core.system.devices"):
        monkeypatch.setattr(f"{module}.total_memory", lambda: 1_500_000_000)
    small = Settings(profile="small")
    assert why_no_training(small) is None
    for recipe in ("first-network", "feedforward-64", "softmax-only"):
        check_config(RECIPES[recipe].config, small, estimate(RECIPES[recipe].config, store))


@pytest.mark.parametrize(
    ("changes", "limits", "words"),
    [
        ({"epochs": 30}, {"max_epochs": 20}, "At most 20 epochs are possible here. Received: epochs=30"),
        ({"train_size": 900}, {"max_train_size": 500}, "At most 500 training images .* Received: 900"),
        ({}, {"max_train_size": 500}, "At most 500 training images .* Received: 60000"),
        (
            {"layers": [{"kind": "dense", "units": 4096}]},
            {"max_parameters": 1_000_000},
            "has 3,256,330 parameters; at most 1,000,000",
        ),
        ({"epochs": 200, "batch_size": 1}, {"max_run_seconds": 60}, "about .* minutes; at most 1 are possible"),
        ({"batch_size": 8192}, {"worker_memory_mb": 500}, "GB of memory; a run may use 0.5 GB here"),
    ],
    ids=["epochs", "images", "all images", "parameters", "seconds", "memory"],
)
def test_what_is_too_much_is_refused_with_the_limit_and_what_was_asked(store, changes, limits, words):
    config = RunConfig(model=NetworkConfig(layers=(Dense(units=64),))).with_settings(changes)
    with pytest.raises(LimitError, match=words):
        check(config, store, **limits)


def test_layers_that_do_not_fit_are_told_before_anything_is_queued(store):
    with pytest.raises(ConfigError, match="needs an image"):
        check(RunConfig(model=NetworkConfig(layers=(Dense(), Conv2D()))), store)


def test_a_visitor_has_only_so_many_waiting(store, record):
    for _ in range(2):
        check_visitor("ada", store)
        record("ada")
    with pytest.raises(LimitError, match="already have 2 runs waiting"):
        check_visitor("ada", store)
    check_visitor("bob", store)
    check_visitor(None, store)  # the command line


def test_a_visitor_has_only_so_much_disk(store, record, settings):
    store.settings = settings.model_copy(update={"visitor_disk_mb": 1})
    record("ada", RunState.COMPLETED, size=2_000_000)
    with pytest.raises(LimitError, match="2 MB on the disk; 1 MB are possible here. Delete a run"):
        check_visitor("ada", store)
    check_visitor("bob", store)


def test_a_run_that_does_not_fit_on_the_graphics_card_is_told_before_it_starts(store, monkeypatch):
    config = RunConfig(model=NetworkConfig(layers=(Conv2D(filters=32),)))
    check(config, store)
    monkeypatch.setattr(limits, "card_memory", lambda: 1_700_000_000)
    with pytest.raises(LimitError, match=r"about 2\.0 GB of the graphics card's memory, which has 1\.7 GB"):
        check(config.with_settings({"batch_size": 1024}), store)
    check(config.with_settings({"batch_size": 1024, "layers": [{"kind": "dense", "units": 4}]}), store)


def test_where_nothing_is_trained_nothing_is_queued_resumed_or_begun(store, record, settings):
    off = settings.model_copy(update={"training": False})
    left = record("ada")  # from before it was switched off
    paused = record("ada", RunState.PAUSED)
    supervisor = Supervisor(store, off)
    with pytest.raises(TrainingOffError, match="No networks are trained here. Those that came along"):
        supervisor.submit(left.config, "Another", visitor=Visitor("ada"))
    with pytest.raises(TrainingOffError):
        supervisor.resume(paused.id, Visitor("ada"))
    workers = Workers(store, off.model_copy(update={"warm_spare": True}))
    workers.serve()
    assert not workers.run_ids
    assert workers.spare_pid is None
    assert store.runs.get(left.id).state is RunState.QUEUED
