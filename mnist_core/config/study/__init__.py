"""What a study asks: which settings of a configuration are tried, with which values, and by which rule.

Values only. It knows no Optuna, no records and no pages.
"""

from mnist_core.config.study.parameter import Parameter
from mnist_core.config.study.question import OBJECTIVES, PRUNERS, SAMPLERS, Question, StudyKind
from mnist_core.config.study.variant import applied, known_parameters, usual_parameter
from mnist_core.config.study.written import read_over

__all__ = [
    "OBJECTIVES",
    "PRUNERS",
    "SAMPLERS",
    "Parameter",
    "Question",
    "StudyKind",
    "applied",
    "known_parameters",
    "read_over",
    "usual_parameter",
]
