"""Studies at work: groups of ordinary runs that answer a question together.

`driver` is one thread beside the supervisor's, in the app that leads: it begins trials through the same fair queue as
everybody's runs (`beginning`), tells Optuna how they went, and ends what falls behind (`attending`). `twin` is all that
speaks with Optuna: ask, tell, prune; the study's own tables are the record, and Optuna's storage is made anew from them
where it is lost.
`plan` says what a study will take before it begins.

It knows runs, queue and Optuna. It does not know how networks are trained, nor what pages show.
"""

from mnist_core.studies.driver import StudyDriver
from mnist_core.studies.plan import Plan, add_trials, begin, plan, resume
from mnist_core.studies.shared import close_shared_driver, shared_driver

__all__ = ["StudyDriver", "Plan", "add_trials", "begin", "close_shared_driver", "plan", "resume", "shared_driver"]
