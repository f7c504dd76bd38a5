"""Several runs side by side: settings that differ, curves on one axis, results. NumPy only.

It is given configurations, metric points and probabilities. It does not read them from a store, and draws nothing.
"""

from mnist_core.evaluation.comparing.columns import Column, columns_that_vary
from mnist_core.evaluation.comparing.groups import MeanLine, mean_line, seed_groups
from mnist_core.evaluation.comparing.lines import Axis, Line, metric_line, smooth, test_point
from mnist_core.evaluation.comparing.results import RunResult, run_result
from mnist_core.evaluation.comparing.settings import SettingRow, differing_settings

__all__ = [
    "Axis",
    "Column",
    "Line",
    "MeanLine",
    "RunResult",
    "SettingRow",
    "columns_that_vary",
    "differing_settings",
    "mean_line",
    "metric_line",
    "run_result",
    "seed_groups",
    "smooth",
    "test_point",
]
