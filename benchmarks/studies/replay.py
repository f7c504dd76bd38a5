"""Searches among recorded trainings: how many trials and epochs each way of searching takes to find a good one.

Nothing is trained, so hundreds of searches take seconds. Samplers and pruners are the program's own.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.studies.table import BASE, EPOCHS, FILE, GRID, Key
from mnist_core.config.study import PRUNERS, Parameter, Question
from mnist_core.studies.samplers import make_pruner, make_sampler

if TYPE_CHECKING:
    from optuna import Trial

TRIALS, FEW, IMAGES = 30, 15, 2000


@dataclass(frozen=True)
class Search:
    """How one search went.

    Attributes
    ----------
    best : list of int
        Validation images that the best network so far gets right, after each trial.
    epochs : int
        Epochs trained by all of them.
    """

    best: list[int]
    epochs: int


@cache
def recorded() -> Mapping[Key, Sequence[int]]:
    """Return how many validation images each network gets right after each epoch."""
    rows = json.loads(FILE.read_text())["right"]
    return {tuple(json.loads(part) for part in name.split()): right for name, right in rows.items()}


def search(sampler: str, pruner: str, seed: int, trials: int = TRIALS) -> Search:
    """Search among the recorded networks as a study does."""
    import optuna

    over = tuple(Parameter(name=name, values=values) for name, values in GRID.items())
    question = Question.model_validate(
        {"kind": "search", "base": BASE, "over": over, "trials": trials}
        | {"sampler": sampler, "pruner": pruner, "seed": seed}
    )
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize", sampler=make_sampler(question), pruner=make_pruner(question), study_name=f"replay {seed}"
    )
    best: list[int] = []
    epochs = 0
    for _ in range(trials):
        trial = study.ask()
        right, ended = _trained(trial)
        epochs += len(right)
        state = optuna.trial.TrialState.PRUNED if ended else None
        study.tell(trial, None if ended else right[-1], state=state)
        best.append(max([*best[-1:], *([] if ended else [right[-1]])], default=0))
    return Search(best, epochs)


def _trained(trial: "Trial") -> tuple[Sequence[int], bool]:
    """Return what a network got right after each epoch until it ended, and whether the pruner ended it."""
    key = tuple(_suggested(trial, name, values) for name, values in GRID.items())
    right = recorded()[key]
    for epoch, value in enumerate(right, start=1):
        trial.report(value, epoch)
        if epoch < EPOCHS and trial.should_prune():
            return right[:epoch], True
    return right, False


def _suggested(trial: "Trial", name: str, values: Sequence[int | float]) -> int | float:
    """Return a value; what is a range in a study is one here in steps, on the scale that it has there."""
    if name == "batch_size":
        return trial.suggest_categorical(name, values)
    return values[trial.suggest_int(name, 0, len(values) - 1)]


def trials_to(best: Sequence[int], wanted: int) -> int:
    """Return after how many trials a search has found so much; one more than it had if it has not."""
    return next((number for number, right in enumerate(best, start=1) if right >= wanted), len(best) + 1)


def replay(seeds: Sequence[int]) -> None:
    """Print a row for each way to search.

    What is to be reached is what random search finds in 30 trials: the median of all seeds, and each seed's own. The
    latter is compared across seeds: with the same one, TPE's first ten trials are those of random search.
    """
    random = [search("random", "none", seed) for seed in seeds]
    wanted = round(median(one.best[-1] for one in random))
    print(f"{len(seeds)} seeds from {seeds[0]}; random search finds {wanted} of {IMAGES} in {TRIALS} trials")
    print(
        "| search | trials to that, median | in 15 or fewer | to any seed's, median | in 15 | best | epochs | saved |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for sampler, pruner in [("random", "none"), *(("tpe", pruner) for pruner in PRUNERS)]:
        found = [search(sampler, pruner, seed) for seed in seeds]
        taken = [trials_to(one.best, wanted) for one in found]
        others = [
            trials_to(one.best, other.best[-1])
            for place, one in enumerate(found)
            for rival, other in enumerate(random)
            if place != rival
        ]
        epochs = median(one.epochs for one in found)
        cells = [f"{sampler}, {pruner}", f"{median(taken):g}", _share(taken), f"{median(others):g}", _share(others)]
        cells += [f"{median(one.best[-1] for one in found):g}", f"{epochs:g}", f"{1 - epochs / (TRIALS * EPOCHS):.0%}"]
        print(f"| {' | '.join(cells)} |", flush=True)


def _share(taken: Sequence[int]) -> str:
    return f"{sum(trials <= FEW for trials in taken) / len(taken):.0%}"
