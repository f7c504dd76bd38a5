"""Child processes that take too much, take too long, or work for nobody: real ones."""

import os
import threading
from pathlib import Path

import psutil
import pytest

from mnist_core.settings import Settings
from mnist_core.system.background import Background, Report
from mnist_core.system.children import run_child
from mnist_core.system.launching import child_environment
from mnist_core.system.turns import Asker
from tests.waiting import wait_until

PATIENCE = 60.0
MEGABYTE = 1_000_000


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    return child_environment(settings)


def is_gone(path: Path) -> bool:
    return not psutil.pid_exists(int(path.read_text()))


@pytest.mark.parametrize("what", ["eats", "touches"])
def test_a_child_that_takes_too_much_memory_is_refused_it_and_ends(
    what: str, environment: dict[str, str], tmp_path: Path
) -> None:
    most = 700 * MEGABYTE
    code, error = run_child(
        "tests.child_that",
        [what, str(tmp_path / "pid")],
        environment,
        lambda _: None,
        seconds=PATIENCE,
        memory=most,
    )
    assert code
    if what == "eats":
        assert str(error) == "There was no room."
    assert is_gone(tmp_path / "pid")


def test_a_child_that_takes_too_long_is_ended_and_says_so(environment: dict[str, str], tmp_path: Path) -> None:
    arguments = ["sleeps", str(tmp_path / "pid")]
    code, error = run_child(
        "tests.child_that", arguments, environment, lambda _: None, seconds=3, memory=2000 * MEGABYTE
    )
    assert code == -9
    assert str(error) == "This took longer than 3 seconds, so it was ended without a result."


def test_a_child_ends_with_the_last_page_that_waits_for_it(environment: dict[str, str], tmp_path: Path) -> None:
    closed = threading.Event()
    background = Background(sliced=False)

    def work(report: Report) -> None:
        arguments = ["sleeps", str(tmp_path / "pid")]
        run_child("tests.child_that", arguments, environment, report, seconds=PATIENCE, memory=2000 * MEGABYTE)

    background.request("child", work, asker=Asker("one", "page", lambda: not closed.is_set()))
    wait_until((tmp_path / "pid").exists, PATIENCE, "the child's begin")
    closed.set()
    assert background.wait("child", PATIENCE) is None
    assert is_gone(tmp_path / "pid")


def test_a_child_gets_nothing_of_the_user_s_libraries(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    for name in ("KERAS_BACKEND", "TF_XLA_FLAGS", "OMP_NUM_THREADS", "PYTHONWARNINGS", "PYTHONSTARTUP"):
        monkeypatch.setenv(name, "no_such_thing")
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=true --xla_gpu_cuda_data_dir=/opt/cuda")
    found = child_environment(settings)
    assert not {"KERAS_BACKEND", "TF_XLA_FLAGS", "OMP_NUM_THREADS", "PYTHONWARNINGS", "PYTHONSTARTUP"} & set(found)
    assert found["XLA_FLAGS"] == "--xla_gpu_cuda_data_dir=/opt/cuda"
    assert not os.path.exists(os.path.join(found["KERAS_HOME"], "keras.json"))
