"""How much each setting mattered in a search."""

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from mnist_core.config.study import Question
from mnist_core.errors import AnalysisError
from mnist_core.evaluation.studies import missing_for_importance
from mnist_core.settings import Settings
from mnist_core.store import TrialRecord, TrialState
from mnist_core.system.children import run_child
from mnist_core.system.launching import child_environment

_SECONDS, _MEMORY = 120.0, 2 * 10**9


def importance(question: Question, trials: Sequence[TrialRecord]) -> dict[str, float] | None:
    """Return the share of each setting in what made trials differ, largest first.

    Optuna's default, PED-ANOVA (Watanabe et al., 2023): how differently the values of the best trials are spread from
    those of all. Settings that some trials do not have, such as the units of a third layer, are left out.

    Parameters
    ----------
    question : Question
    trials : sequence of TrialRecord

    Returns
    -------
    dict of str to float, or None
        Shares that sum up to 1; None where there are too few completed trials, or fewer than two settings, to say.
    """
    done = [trial for trial in trials if trial.state is TrialState.COMPLETED and trial.value is not None]
    names = [name for name in (done[0].values if done else ()) if all(name in trial.values for trial in done)]
    names = [name for name in names if len({str(trial.values[name]) for trial in done}) > 1]
    if missing_for_importance(trials, len(names)) or len(names) < 2 or len({trial.value for trial in done}) < 2:
        return None
    # Imported here: only whoever looks at a search needs it.
    from optuna import create_study
    from optuna.importance import get_param_importances

    from mnist_core.studies.twin import frozen

    study = create_study(direction="minimize" if question.objective == "val_loss" else "maximize")
    study.add_trials([frozen(trial, question) for trial in done])
    shares = get_param_importances(study, params=names)
    return dict(sorted(((name, float(share)) for name, share in shares.items()), key=lambda entry: -entry[1]))


def find_importance(report: Callable[[float], None], study_id: str, settings: Settings) -> dict[str, float] | None:
    """Return `importance` of a study, found out by a process of its own; for `mnist_core.system.background`.

    Raises
    ------
    AnalysisError
        If that process failed.
    LimitError
        If it took too long.
    """
    settings.temporary_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.temporary_dir) as folder:
        path = Path(folder) / "importance.json"
        code, error = run_child(
            "mnist_core.studies",
            [study_id, "--out", str(path)],
            child_environment(settings, gpu=""),
            report,
            log=settings.temporary_dir / "importance.log",
            seconds=_SECONDS,
            memory=_MEMORY,
        )
        if code or not path.is_file():
            raise error or AnalysisError(
                "The computation ended without a result (exit code {code}). You can start it again.", code=code
            )
        shares: dict[str, float] | None = json.loads(path.read_text())
        return shares
