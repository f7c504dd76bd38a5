"""What Optuna itself takes for a trial, and for saying which settings mattered."""

import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.studies.table import BASE, GRID
from mnist_core.config.study import Parameter, Question
from mnist_core.studies.samplers import make_sampler

_LAST = 20  # trials whose median is told
_EVALUATORS = ("PedAnova", "Fanova", "MeanDecreaseImpurity")


def overhead() -> None:
    """Print both tables; importances are found in processes of their own, for their memory."""
    print("| storage | trials | ask (ms) | report (ms) | tell (ms) |\n|---|---|---|---|---|")
    for name in ("journal", "sqlite"):
        with tempfile.TemporaryDirectory() as folder:
            _print_storage(name, Path(folder))
    print(
        "\n| importance | seconds for 500 trials | more memory at most (MB) | scikit-learn |\n|---|---|---|---|",
        flush=True,
    )
    for name in _EVALUATORS:
        subprocess.run([sys.executable, "-c", f"from benchmarks.studies.overhead import importance as i; i('{name}')"])


def _print_storage(name: str, folder: Path) -> None:
    import optuna
    from optuna.storages import JournalStorage, RDBStorage
    from optuna.storages.journal import JournalFileBackend

    storage: Any = (
        JournalStorage(JournalFileBackend(str(folder / "log")))
        if name == "journal"
        else RDBStorage(f"sqlite:///{folder / 'studies.db'}")
    )
    taken: dict[str, list[float]] = {"ask": [], "report": [], "tell": []}
    study = _study(storage)
    for number in range(1, 501):
        trial = _timed(taken["ask"], partial(_asked, study))
        _timed(taken["report"], partial(trial.report, number % 7, 1))
        _timed(taken["tell"], partial(study.tell, trial, float(number % 7)))
        if number in (50, 500):
            cells = [f"{median(values[-_LAST:]) * 1000:.1f}" for values in taken.values()]
            print(f"| {name} | {number} | {' | '.join(cells)} |", flush=True)
    optuna.delete_study(study_name="overhead", storage=storage)


def importance(name: str) -> None:
    """Print a row of what it takes to say which settings mattered, in this process."""
    import optuna

    study = _study(None)
    for number in range(500):
        trial = _asked(study)
        study.tell(trial, trial.params["units"] - (trial.params["learning_rate"] - 4) ** 2 + number % 3)
    before, began = _memory(), time.perf_counter()
    optuna.importance.get_param_importances(study, evaluator=getattr(optuna.importance, f"{name}ImportanceEvaluator")())
    seconds = time.perf_counter() - began
    sklearn = "yes" if "sklearn" in sys.modules else "no"
    print(f"| {name} | {seconds:.2f} | {_memory() - before:.0f} | {sklearn} |", flush=True)


def _study(storage: Any) -> Any:
    import optuna

    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    over = tuple(Parameter(name=name, values=values) for name, values in GRID.items())
    question = Question(kind="search", base=BASE, over=over, trials=500)
    sampler = make_sampler(question) if storage is not None else optuna.samplers.RandomSampler(seed=0)
    return optuna.create_study(storage=storage, study_name="overhead", sampler=sampler, direction="maximize")


def _asked(study: Any) -> Any:
    trial = study.ask()
    for name, values in GRID.items():
        trial.suggest_int(name, 0, len(values) - 1)
    return trial


def _timed(into: list[float], do: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    found = do()
    into.append(time.perf_counter() - began)
    return found


def _memory() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
