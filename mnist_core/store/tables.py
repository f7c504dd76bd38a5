"""The database's tables."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("config", Text, nullable=False),
    Column("fingerprint", String(12), nullable=False, index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("owner", String(64)),
    Column("recipe", String(64)),
    # Seconds since 1970, UTC: SQLite has no time type, and numbers compare and sort by themselves.
    Column("created", Float, nullable=False),
    Column("started", Float),
    Column("finished", Float),
    Column("updated", Float, nullable=False),
    Column("phase", String(32), nullable=False, default=""),
    Column("device", String(200)),
    Column("epoch", Integer, nullable=False, default=0),
    Column("step", Integer, nullable=False, default=0),
    Column("steps_per_epoch", Integer, nullable=False, default=0),
    # A process id is used again by the system, so its start time belongs to it.
    Column("pid", Integer),
    Column("pid_started", Float),
    Column("stop_requested", Boolean, nullable=False, default=False),
    # What came after the first version has a default in the database too: older files get it as they are opened.
    Column("pause_requested", Boolean, nullable=False, default=False, server_default="0"),
    Column("continues", String(40)),
    Column("queued", Integer, nullable=False, default=0, server_default="0"),
    Column("shared", Boolean, nullable=False, default=True, server_default="1"),
    Column("pinned", Boolean, nullable=False, default=False, server_default="0"),
    Column("bytes", Integer, nullable=False, default=0, server_default="0"),
    Column("outcome", JSON, nullable=False, default=dict),
    Column("error", JSON),
    # Where a run came with the program: from what; NULL for all that were trained here.
    Column("shipped", JSON(none_as_null=True)),
    Column("notes", Text, nullable=False, default="", server_default=""),
    # When its owner deleted it: it is gone for everybody, and can be brought back for a few minutes.
    Column("deleted", Float),
    # Its accuracies after each epoch, for lists; NULL until a list first asks for them after its end.
    Column("curve", JSON(none_as_null=True)),
    # Where somebody brought a run along in a file: from where; NULL for all that were trained here.
    Column("imported", JSON(none_as_null=True)),
    # A keyed hash of where its visitor came from: turns in the queue go by it. NULL for this very computer.
    Column("address", String(64)),
    # The app that has the run: an id of the table `apps`. NULL for one that waits or has ended.
    Column("holder", String(40)),
    # How often it was put into the queue again by itself, since the app that had it was gone.
    Column("retries", Integer, nullable=False, default=0, server_default="0"),
    # The study that asked for it; NULL for all others.
    Column("study", String(40), index=True),
    # All that the queue reads of those that wait, several times a second and by visitor.
    Index("line_of_runs", "state", "owner", "queued", "holder", "deleted", "address", "id", "study"),
)

# Processes that train runs or have them trained: apps, and trainings of the command line.
apps = Table(
    "apps",
    metadata,
    Column("id", String(40), primary_key=True),
    # A process id means something on its own computer only.
    Column("host", String(200), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("pid_started", Float, nullable=False),
    # By the clock of the database, which is one for all.
    Column("since", Float, nullable=False),
    Column("seen", Float, nullable=False),
)

# What one app does for all, until its lease is over.
leases = Table(
    "leases",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("until", Float, nullable=False),
)

metrics = Table(
    "metrics",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(40), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("step", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("loss", Float),
    Column("accuracy", Float),
    Column("val_loss", Float),
    Column("val_accuracy", Float),
    Index("metrics_of_run", "run_id", "id"),
)

# What visitors collected on the page Draw. Nobody else ever sees it.
drawings = Table(
    "drawings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("owner", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("label", Integer, nullable=False),
    Column("image", LargeBinary, nullable=False),
    # A network may not be judged by a drawing that it, or the one that it began with, learned from.
    Column("held_out", Boolean, nullable=False, default=False, server_default="0"),
    Column("created", Float, nullable=False),
    UniqueConstraint("owner", "kind", "image"),
)

drawings_of_owner = Index("drawings_of_owner", drawings.c.owner)  # counts them without reading pictures

# Visitors who keep something here; see `mnist_core.store.visitors`.
visitors = Table(
    "visitors",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("address", String(64), index=True),
    Column("since", Float, nullable=False),
    Column("seen", Float, nullable=False),
    # Whether one of their runs was trained to its end: that can't be had by throwing cookies away.
    Column("trained", Boolean, nullable=False, default=False, server_default="0"),
    # Since when everything of theirs is to be deleted; NULL for all who stay.
    Column("leaving", Float),
)

# Personal links by which visitors bring what is theirs to other browsers; see `mnist_core.store.personal_links`.
links = Table(
    "links",
    metadata,
    Column("owner", String(64), primary_key=True),
    # A hash: a copy of the database opens nothing.
    Column("secret", String(64), nullable=False, unique=True),
    Column("created", Float, nullable=False),
)

# Browsers that came by a personal link, by what they would be known as, and the visitor whom they stand for.
browsers = Table(
    "browsers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("since", Float, nullable=False),
)

# How far visitors are in lessons: a row for each step that was done, or guessed at.
lesson_steps = Table(
    "lesson_steps",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("lesson", String(40), primary_key=True),
    Column("step", String(40), primary_key=True),
    Column("guess", Integer),  # the option, counted from 1
    Column("done", Boolean, nullable=False),  # gone through: a guess alone is not
    Column("changed", Float, nullable=False),
)

# With object storage: what is published of each run. A run's rows outlive its own, until its objects are removed too;
# see `mnist_core.store.objects.published`.
files = Table(
    "files",
    metadata,
    Column("run_id", String(40), primary_key=True),
    Column("name", String(400), primary_key=True),  # path within the run's folder
    Column("sha256", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    # Microseconds since 1970: with the size it tells whether a file on some computer is this one.
    Column("changed", BigInteger, nullable=False),
    # Of a checkpoint: how many batches are behind it, so that nobody has to open it for that.
    Column("step", Integer),
)

# Groups of runs with a question; see `mnist_core.store.studies`.
studies = Table(
    "studies",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("question", Text, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("owner", String(64), index=True),
    Column("address", String(64)),
    Column("created", Float, nullable=False),
    Column("finished", Float),
    Column("trials", Integer, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("pinned", Boolean, nullable=False),
    Column("deleted", Float),
    Column("error", Text, nullable=False),
    Column("repeats", String(40)),
)

# What was tried in each study, and the run that answered.
trials = Table(
    "trials",
    metadata,
    Column("study_id", String(40), ForeignKey("studies.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # No reference: a run may be deleted, and its trial is told still.
    Column("run_id", String(40), index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("values", JSON, nullable=False),
    Column("value", Float),
    Column("history", JSON, nullable=False),
    Column("cached", Boolean, nullable=False),
    Column("began", Float, nullable=False),
    Column("ended", Float),
    Column("error", Text, nullable=False),
)

# Classes of a school; see `mnist_core.store.classrooms`.
classrooms = Table(
    "classrooms",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    # Four words, by which pupils join.
    Column("code", String(80), nullable=False, unique=True),
    # A hash of what the teacher has: a copy of the database opens nothing.
    Column("secret", String(64), nullable=False, unique=True),
    Column("created", Float, nullable=False),
    Column("ends", Float, nullable=False),
    # Since when it is being cleared up, and whether with the runs of its pupils.
    Column("closed", Float),
    Column("with_runs", Boolean, nullable=False),
    # With what pupils begin: `mnist_core.store.classroom_records.ClassBeginning`.
    Column("beginning", JSON, nullable=False),
    Column("message", String(300), nullable=False),
    Column("paused", Boolean, nullable=False),
    # Ids of the runs that rest since the teacher said so, and go on when the teacher says so.
    Column("held", JSON, nullable=False),
    # Once it is over: ids of what is still to be removed with it; NULL before anybody looked.
    Column("left", JSON),
)

pupils = Table(
    "pupils",
    metadata,
    Column("classroom_id", String(40), ForeignKey("classrooms.id", ondelete="CASCADE"), primary_key=True),
    Column("owner", String(64), primary_key=True, index=True),
    Column("nickname", String(80), nullable=False),
    Column("joined", Float, nullable=False),
    # The run that was played back here last, somebody else's perhaps, and since when.
    Column("watched", String(40)),
    Column("watched_at", Float),
    # By the teacher: the row stays, so that the same browser does not come back by the code.
    Column("removed", Boolean, nullable=False),
    # By themselves: the row stays, so that who comes back has been there since then.
    Column("away", Boolean, nullable=False),
)

METRIC_NAMES = ("loss", "accuracy", "val_loss", "val_accuracy")
