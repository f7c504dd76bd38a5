"""The record of all runs: one database, one folder a run for files.

`Store` opens both and holds the parts. Each part owns its table or its columns, is handed what it needs, and is the
only one to write what it owns; its docstring says what each change guarantees and who may make it.

========================  =========================================================================================
``store.runs``            rows of runs: finding them, and what their owners write about them
``store.new_runs``        makes rows of runs: queued here, brought along in a file, or come with the program
``store.queue``           their states: what owners ask for, and what the process of a run does
``store.metrics``         the table of metrics: curves, and how far a run is
``store.listing``         light rows without checked configurations: thousands in a fraction of a second
``store.bin``             deleted runs: a row stays for ten minutes, and is found here alone
``store.room``            refuses new runs where the disk is full: what others have is never deleted for it
``store.drawings``        the table of drawings: a visitor's reach nobody else
``store.visitors``        the table of visitors, and what new ones share: no limit may be a visitor's alone
``store.links``           personal links, and the browsers that came by one
``store.classrooms``      a teacher's secret, pupils with nicknames, and what the teacher says to all
``store.studies``         groups of runs with a question
``store.trials``          what each study tried, and which run answered
``store.study_rows``      one line for all runs of a study in a list of runs
``store.leaving``         deletes everything of a visitor who asks for it
``store.folders``         what folders say of their runs, for a lost database
``store.artifacts``       the folders of runs: made, taken in, removed, and swept
``store.publishing``      with object storage: who publishes which files when, and what is tidied up there
``store.files(run_id)``   the files of a run (`run_files`): each has one writer, moved into place when whole
``store.database``        transactions (`database`), and whether the file is still the one that was opened
========================  =========================================================================================

What all changes keep to:

- A change of state is one conditional update (`RunTable.change`): of two processes that try the same one succeeds, the
  other one is told so. `Queue` has the table of states. A finished run is never written again, but by its owner's
  wish: its name, notes, star, who may see it, whether it is deleted.
- A change of a run is in its folder (``record.json``) before its transaction ends. `copies` copies the database.
- Files are there before the row that speaks of them, and go after it. With object storage (`storage`) a folder is a
  copy of what is published, or work that goes on from it (`work`): who asks for a path has the file brought, and what
  was written counts once the row says so (`published`).
- Who may see or change a run is decided by `Visitor` (`records`) and checked in every request of an owner.
- A transaction is written as a whole or not at all, and raises `StorageError` where it can't be; once the file is not
  the one that was opened, nothing is written any more. On a full disk `reserve` is given up for what must be written:
  ends of runs, and deletions.

It knows values and files. It does not know how networks are trained, nor what pages show.
"""

from mnist_core.store.analyses import (
    KINDS,
    MAP_SAMPLES,
    Analysis,
    Kind,
    has_analysis,
    read_analysis,
    standard_analysis,
    write_analysis,
)
from mnist_core.store.artifacts import new_run_id
from mnist_core.store.classroom_records import ClassBeginning, Classroom, Pupil
from mnist_core.store.lesson_progress import LessonState
from mnist_core.store.records import (
    Finished,
    Imported,
    MetricPoint,
    Outcome,
    Place,
    RunError,
    RunRecord,
    RunState,
    Shipped,
    Visitor,
)
from mnist_core.store.replay import Played, Replay, as_it_was, replay_of
from mnist_core.store.run_files import RunFiles
from mnist_core.store.store import Store, shared_store
from mnist_core.store.study_records import StudyRecord, StudyState, TrialRecord, TrialState
from mnist_core.store.tables import METRIC_NAMES

__all__ = [
    "KINDS",
    "MAP_SAMPLES",
    "METRIC_NAMES",
    "Analysis",
    "ClassBeginning",
    "Classroom",
    "Finished",
    "Imported",
    "Kind",
    "LessonState",
    "MetricPoint",
    "Outcome",
    "Place",
    "Played",
    "Replay",
    "Pupil",
    "RunError",
    "RunFiles",
    "RunRecord",
    "RunState",
    "Shipped",
    "Store",
    "StudyRecord",
    "StudyState",
    "TrialRecord",
    "TrialState",
    "Visitor",
    "as_it_was",
    "has_analysis",
    "new_run_id",
    "read_analysis",
    "replay_of",
    "shared_store",
    "standard_analysis",
    "write_analysis",
]
