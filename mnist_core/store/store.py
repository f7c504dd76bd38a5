"""Opening the record of runs: its database and its parts."""

from functools import lru_cache

from mnist_core.settings import Settings, get_settings
from mnist_core.store.apps import Apps, Claims
from mnist_core.store.artifacts import Artifacts
from mnist_core.store.bin import Bin
from mnist_core.store.classrooms import Classrooms
from mnist_core.store.database import Database
from mnist_core.store.drawings import Drawings
from mnist_core.store.folders import Folders
from mnist_core.store.leaving import Leaving
from mnist_core.store.lesson_progress import LessonProgress
from mnist_core.store.listing import Listing
from mnist_core.store.metrics import Metrics
from mnist_core.store.new_runs import NewRuns
from mnist_core.store.personal_links import PersonalLinks
from mnist_core.store.publishing import Publishing
from mnist_core.store.queue import Queue
from mnist_core.store.room import Room
from mnist_core.store.run_files import RunFiles
from mnist_core.store.run_table import RunTable
from mnist_core.store.runs import Runs
from mnist_core.store.sqlite import SqliteDatabase
from mnist_core.store.storage import FolderStorage, Storage
from mnist_core.store.studies import Studies
from mnist_core.store.study_rows import StudyRows
from mnist_core.store.trials import Trials
from mnist_core.store.visitors import Visitors


class Store:
    """The parts of the record of runs on one open database; parameters and errors as of `Database`.

    Where the database was missing, its record is made anew from the newest copy and from the folders of the runs.

    Attributes
    ----------
    settings : Settings
    database : Database
        Says whether the file is whole still, and was when it was opened.
    artifacts : Artifacts
        The folders of all runs.
    apps : Apps
        This process among those that work with the record.
    runs, new_runs, queue, metrics, listing, study_rows, bin, room, drawings, visitors, links, lessons, classrooms,
    studies, trials, leaving, folders, publishing
        See each class.
    brought_back : list of str
        Ids of the runs that were brought back as the store was opened.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = open_database(settings)
        self.artifacts = Artifacts(settings.runs_dir, _storage(settings, self.database))
        table, claims = RunTable(self.database, self.artifacts), Claims()
        self.apps = Apps(self.database)
        self.visitors = Visitors(self.database)
        self.metrics = Metrics(self.database, self.artifacts, claims)
        self.runs = Runs(table)
        self.new_runs = NewRuns(table, self.metrics, self.visitors)
        self.classrooms = Classrooms(self.database)
        self.queue = Queue(table, self.runs, self.metrics, self.visitors, self.apps, claims, self.classrooms)
        self.bin = Bin(table, self.runs, self.visitors)
        self.room = Room(table, self.bin, self.visitors)
        self.listing = Listing(self.database)
        self.study_rows = StudyRows(self.database)
        self.drawings = Drawings(self.database, self.artifacts, self.visitors)
        self.links = PersonalLinks(self.database)
        self.lessons = LessonProgress(self.database)
        self.trials = Trials(table)
        self.studies = Studies(table, self.visitors, self.bin, self.trials)
        self.leaving = Leaving(table, self.links, self.lessons, self.studies, self.classrooms)
        self.folders = Folders(table, self.metrics)
        self.publishing = Publishing(table, claims)
        self.brought_back = self.folders.make_anew() if self.database.was_missing else []
        self.visitors.meet_all()

    def files(self, run_id: str) -> RunFiles:
        """Return the files of a run; raises `RunNotFoundError` for what is no id."""
        return self.artifacts.of(run_id)

    def close(self) -> None:
        """Close all connections."""
        self.database.close()


def open_database(settings: Settings) -> Database:
    """Open the database that the settings name; raises as `SqliteDatabase` and `PostgresDatabase`."""
    if settings.database_url is None:
        return SqliteDatabase(settings)
    from mnist_core.store.postgres import PostgresDatabase

    return PostgresDatabase(settings)


def _storage(settings: Settings, database: Database) -> Storage:
    """Return where the files of runs are kept; raises `ConfigError` where its library is not installed."""
    if settings.files_url is None:
        return FolderStorage(settings.runs_dir)
    # Imported here: most labs have none.
    from mnist_core.store.objects.object_cache import ObjectCache
    from mnist_core.store.objects.object_storage import ObjectStorage
    from mnist_core.store.objects.object_store import ObjectStore
    from mnist_core.store.objects.published import Published

    cache = ObjectCache(settings.runs_dir, settings.files_cache_mb * 1_000_000)
    objects = ObjectStore(settings.files_url, settings.files_endpoint)
    return ObjectStorage(settings.runs_dir, objects, Published(database), cache)


@lru_cache(maxsize=1)
def shared_store() -> Store:
    """Return the store of this process."""
    return Store(get_settings())
