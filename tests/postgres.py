"""A real PostgreSQL server for tests: Debian's package ``postgresql``, or whatever has ``initdb`` in the PATH."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress
from itertools import count
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.waiting import wait_until

REQUIRED = "MNIST_LAB_REQUIRE_BROWSER"  # set where everything that tests need is there: then nothing is skipped
_PROGRAMS = ("initdb", "postgres", "pg_dump", "pg_restore")
_SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}


def folder_of_programs() -> Path | None:
    """Return the folder with ``initdb`` and ``postgres``; None where there is none."""
    found = [Path(program).parent for name in _PROGRAMS if (program := shutil.which(name))]
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *found]
    return next((place for place in places if all((place / name).exists() for name in _PROGRAMS)), None)


class PostgresServer:
    """A server on a free port of this computer, with its data in a temporary folder."""

    def __init__(self) -> None:
        programs = folder_of_programs()
        if programs is None:
            if os.environ.get(REQUIRED):
                pytest.fail("PostgreSQL is missing here: install Debian's postgresql")
            pytest.skip("needs PostgreSQL: install Debian's postgresql")
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        # It does not run as root; Debian's package brings a user.
        self._user = "postgres" if getpass.getuser() == "root" else None
        if self._user:
            shutil.chown(self.folder, self._user, self._user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._names = count(1)
        data = self.folder / "data"
        self._run("initdb", "-D", data, "-U", "lab", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), f"-D{self.folder}/data", f"-p{self.port}", "-h127.0.0.1"]
                + [f"-k{self.folder}", *options],
                user=self._user,
                group=self._user,
                stdout=log,
                stderr=log,
            )
        wait_until(self._answers, 120, "PostgreSQL to answer")

    def stop(self) -> None:
        """Stop the server at once, as if its computer failed; its data stay."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(60)

    def pause(self) -> None:
        """Let the server hang: it takes connections and answers nothing."""
        for child in self._children():
            child.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End `pause`."""
        for child in self._children():
            with suppress(psutil.NoSuchProcess):  # it has just ended
                child.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Stop the server and remove its data."""
        self.go_on()
        if self._process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """Return the address of a database, as `MNIST_LAB_DATABASE_URL`."""
        return f"postgresql://lab@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Make an empty database and return its address."""
        name = f"lab{next(self._names)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def _children(self) -> list[psutil.Process]:
        try:
            process = psutil.Process(self._process.pid)
            return [process, *process.children()]
        except psutil.NoSuchProcess:
            return []

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: object) -> None:
        subprocess.run(
            [self._programs / program, *map(str, arguments)],
            user=self._user,
            group=self._user,
            check=True,
            capture_output=True,
            cwd=self.folder,
        )
