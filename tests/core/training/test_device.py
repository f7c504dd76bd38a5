"""What trains, and what is said where that is not what was asked for."""

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_core.system import cards
from mnist_core.training.device import cpu_name, prepare_device
from mnist_core.training.run import describe

pytestmark = pytest.mark.slow
# A plugin for a card that can't begin, as with a broken driver; then memory that runs out.
BROKEN = """
import mnist_core.as_program
from pathlib import Path
from mnist_core.system.libraries import load_keras
from mnist_core.training.device import prepare_device
from mnist_core.training.run import describe
load_keras()
import jax
from jax._src import xla_bridge
def broken():
    raise RuntimeError("CUDA driver version is insufficient for CUDA runtime version")
xla_bridge.register_backend_factory("card", broken, priority=400, fail_quietly=False)  # as a plugin is registered
print(prepare_device())
try:
    jax.numpy.zeros(2**45).block_until_ready()
except Exception as error:
    print(describe(error, Path()).code)
"""


def has(library):
    return any(found.name == library for found in importlib.metadata.distributions())


@pytest.fixture(autouse=True)
def no_driver(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    cards._driver_cards.cache_clear()
    yield
    cards._driver_cards.cache_clear()


def test_a_card_that_is_named_and_can_not_be_used_is_told_with_the_processor(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert prepare_device() == cpu_name()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "7")
    assert prepare_device() == f"{cpu_name()} (no graphics card could be used)"


@pytest.mark.skipif(not has("jax"), reason="needs jax: pip install -r requirements-jax.txt")
def test_on_jax_the_processor_trains_where_the_card_can_not_begin_and_full_memory_is_a_sentence():
    done = subprocess.run(
        [sys.executable, "-c", BROKEN],
        env=os.environ | {"MNIST_LAB_BACKEND": "jax", "CUDA_VISIBLE_DEVICES": "7"},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == [f"{cpu_name()} (no graphics card could be used)", "out_of_memory"]
    assert "JAX can't use the graphics card" in done.stderr


def test_a_full_card_is_told_apart_from_a_full_computer(monkeypatch, tmp_path):
    error = RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 123 bytes.")
    assert "graphics card" not in describe(error, tmp_path).message
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    told = describe(error, tmp_path)
    assert told.code == "out_of_memory"
    assert "not enough memory on the graphics card" in told.message
    assert describe(MemoryError(), tmp_path).message.startswith("There was not enough memory. ")
