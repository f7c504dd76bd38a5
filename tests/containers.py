"""Images that are really built, and processes that may do as little as a container lets them."""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.programs import missing, need
from tests.serving import ROOT

UID = 1000
_CGROUPS = (  # where limits of memory are: of version 1 of control groups, of version 2
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.max_usage_in_bytes"),
    (Path("/sys/fs/cgroup"), "memory.max", "memory.peak"),
)


def need_tools() -> None:
    """Skip where images can't be built; fail where a setting demands that they can."""
    if os.geteuid() != 0:
        missing("needs root to build an image")
    for program in ("buildah", "debootstrap", "runc"):
        need(program, program)


# the image


@dataclass(frozen=True)
class Builder:
    """Builds images in a storage of its own."""

    storage: Path

    def run(self, *arguments: str) -> str:
        """Run buildah and return what it prints."""
        command = ["buildah", "--root", str(self.storage / "root"), "--runroot", str(self.storage / "run"), *arguments]
        # It runs what a Dockerfile says as we are: no other isolation needs less from the computer.
        environment = os.environ | {"BUILDAH_ISOLATION": "chroot"}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout.strip()

    def image_of(self, archive: Path, name: str) -> None:
        """Make an image of a root folder."""
        container = self.run("from", "scratch")
        self.run("add", "--quiet", container, str(archive), "/")
        self.run("commit", "--quiet", "--rm", container, name)

    def build(self, dockerfile: str, name: str, **arguments: str) -> None:
        """Build an image of this checkout."""
        options = [f"--build-arg={key}={value}" for key, value in arguments.items()]
        with pip_settings() as (file, folders):
            options += [f"--volume={folder}:{folder}:ro" for folder in folders]
            self.run(
                "build", "--format=docker", f"--secret=id=pip,src={file}", *options, "-f", dockerfile, "-t", name, "."
            )

    def configuration(self, name: str) -> dict[str, Any]:
        """Return what an image says about how it is started."""
        configuration: dict[str, Any] = json.loads(self.run("inspect", "--type=image", name))["Docker"]["config"]
        return configuration

    @contextlib.contextmanager
    def root_of(self, name: str) -> Iterator[Path]:
        """Yield the folder with all files of an image."""
        container = self.run("from", name)
        try:
            yield Path(self.run("mount", container))
        finally:
            self.run("rm", container)


@contextlib.contextmanager
def builder() -> Iterator[Builder]:
    """Yield a builder whose images, some gigabytes, are gone in the end."""
    with tempfile.TemporaryDirectory(prefix="images-") as folder:
        builder = Builder(Path(folder))
        try:
            yield builder
        finally:
            builder.run("rm", "--all")  # what is mounted, else the folder could not be removed


def debian_with_python() -> Path:
    """Return an archive of a small Debian with Python, from the same mirror as this computer's; made once for good."""
    words = Path("/etc/os-release").read_text()
    suite = re.search(r"^VERSION_CODENAME=(\w+)$", words, re.MULTILINE)
    assert suite is not None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mnist-lab"
    archive = cache / f"{suite[1]}-python.tar"
    if archive.exists():
        return archive
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="debian-") as folder:
        root, new = Path(folder) / "root", cache / f"{uuid.uuid4()}.tar"
        packages = "--include=python3,python3-venv,ca-certificates"
        command = ["debootstrap", "--variant=minbase", packages, suite[1], str(root), _mirror()]
        subprocess.run(command, check=True, capture_output=True)
        for rest in (*root.glob("var/cache/apt/archives/*.deb"), *root.glob("var/lib/apt/lists/*_*")):
            rest.unlink()
        subprocess.run(["tar", "-C", str(root), "-cf", str(new), "."], check=True)
        new.rename(archive)
    return archive


def _mirror() -> str:
    sources = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("debian*"))]
    for file in filter(Path.is_file, sources):
        found = re.search(r"^(?:URIs: *|deb (?:\[[^]]*\] )?)(\S+)", file.read_text(), re.MULTILINE)
        if found:
            return found[1]
    return "http://deb.debian.org/debian"


@contextlib.contextmanager
def pip_settings() -> Iterator[tuple[Path, list[str]]]:
    """Yield pip's settings on this computer as one file, and the files and folders that they name."""
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    values = dict(re.findall(r"^(?:global|:env:)\.([\w-]+)='(.*)'$", listed.stdout, re.MULTILINE))
    named = {path for value in values.values() for path in re.findall(r"(?:^|[ =]|file://)(/[^ ]+)", value)}
    # An index beside its files: the folder that holds both.
    folders = sorted({str(Path(path).parent if path.endswith("/simple") else path) for path in named})
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write("\n".join(["[global]", *(f"{key} = {value}" for key, value in values.items())]) + "\n")
        file.flush()
        yield Path(file.name), [folder for folder in folders if Path(folder).exists()]


# limits


@contextlib.contextmanager
def limited_memory(limit: int) -> Iterator[tuple[Path, Path] | None]:
    """Yield the file that takes a process into a group with so many bytes, and the one with the most that it had.

    None where this computer lets nobody make such groups.
    """
    for parent, most, peak in _CGROUPS:
        group = parent / f"mnist-lab-{uuid.uuid4()}"
        try:
            group.mkdir()
            (group / most).write_text(str(limit))
        except OSError:
            with contextlib.suppress(OSError):
                group.rmdir()
            continue
        try:
            yield group / "cgroup.procs", group / peak
        finally:
            with contextlib.suppress(OSError):
                group.rmdir()
        return
    yield None


@dataclass
class Container:
    """A running container."""

    process: "subprocess.Popen[bytes]"
    state: Path
    name: str
    configuration: dict[str, Any]

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in it, as its user and with its environment."""
        base = ["runc", "--root", str(self.state), "exec", self.name]
        return subprocess.run([*base, *command], capture_output=True, text=True, check=False)

    def end(self, signal: str = "TERM") -> int:
        """Ask it to stop, as an engine does, or end it without a word by ``KILL``; return its exit code."""
        subprocess.run(["runc", "--root", str(self.state), "kill", self.name, signal], check=True)
        return self.process.wait(120)


@contextlib.contextmanager
def running_container(
    root: Path, configuration: dict[str, Any], data: Path, output: IO[bytes], *, memory: int, **environment: str
) -> Iterator[Container]:
    """Start an image as strictly as its owner can: its user, a root that is read only, no capabilities, little memory.

    Parameters
    ----------
    root : Path
        All files of the image.
    configuration : dict
        What the image says about how it is started.
    data : Path
        Folder of its user that is its ``/data``.
    output : file
        Where its output goes.
    memory : int
        Most bytes of memory, where this computer lets anybody limit them.
    **environment : str
        Variables beside those of the image.
    """
    user, group = map(int, configuration["User"].split(":"))
    variables = dict(line.split("=", 1) for line in configuration["Env"]) | environment
    with limited_memory(memory) as is_possible:
        limits = {"memory": {"limit": memory}} if is_possible else {}
    specification = {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": user, "gid": group},
            "args": configuration["Entrypoint"] + configuration["Cmd"],
            "env": [f"{key}={value}" for key, value in variables.items()],
            "cwd": configuration["WorkingDir"],
            "noNewPrivileges": True,
        },
        "root": {"path": str(root), "readonly": True},
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
            {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "mode=1777"]},
            {"destination": "/data", "type": "bind", "source": str(data), "options": ["bind", "rw"]},
        ],
        # No network of its own: it can be reached as any other process here.
        "linux": {"namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts")], "resources": limits},
    }
    name = f"lab-{uuid.uuid4()}"
    with tempfile.TemporaryDirectory(prefix="container-") as folder:
        state = Path(folder) / "state"
        (Path(folder) / "config.json").write_text(json.dumps(specification))
        command = ["runc", "--root", str(state), "run", "--bundle", folder, name]
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield Container(process, state, name, configuration)
        finally:
            subprocess.run(["runc", "--root", str(state), "delete", "--force", name], check=False, capture_output=True)
            process.wait(60)


def as_nobody_special(limit_file: Path | None) -> list[str]:
    """Return what goes before a command to run it as user 1000, who may read everything here and write nothing.

    Parameters
    ----------
    limit_file : Path or None
        See `limited_memory`.
    """
    join = ["sh", "-c", f'echo $$ > "{limit_file}"; exec "$@"', "sh"] if limit_file else []
    # Reading is allowed beyond what user 1000 may do: this Python lies in the home folder of root on some computers.
    may_read = "+dac_read_search"
    user = [f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "--no-new-privs"]
    return [*join, "setpriv", *user, f"--inh-caps=-all,{may_read}", f"--ambient-caps=-all,{may_read}"]
