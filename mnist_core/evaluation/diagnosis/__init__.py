"""What a training curve says, in words with its numbers, and the one change to try.

It is given settings and metric points. A rule speaks only where the evidence for it is there, and names that evidence;
`tests/recorded_runs` has a real run for each, and the recipes, none of which may be told what is not so.
"""

from mnist_core.evaluation.diagnosis.course import Course
from mnist_core.evaluation.diagnosis.findings import Finding, diagnose
from mnist_core.evaluation.diagnosis.suggestions import Suggestion

__all__ = ["Suggestion", "Course", "Finding", "diagnose"]
