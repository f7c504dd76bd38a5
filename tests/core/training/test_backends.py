"""Another backend than TensorFlow: the same events and results, and a model that the page can use."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_core.inference import open_classifier

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
TRAIN = """
import sys
from mnist_core.config import RunConfig
from mnist_core.store import shared_store
from mnist_core.system.processes import own_process
from mnist_core.training.control import Control
from mnist_core.training.run import execute
store = shared_store()
run_id = store.runs.create(RunConfig.from_json(sys.argv[1]), "A run")
assert store.queue.claim(run_id, own_process())
execute(run_id, store, Control())
print(run_id)
"""


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs jax: pip install jax")
def test_a_run_on_jax_learns_as_well_as_one_on_tensorflow(store, network, digits):
    # The backends draw other first weights from the same seed, so only where training ends can be compared.
    config = network(epochs=20, learning_rate=0.005, validation_split=0.2)
    records = {}
    for backend in ("tensorflow", "jax"):
        done = subprocess.run(
            [sys.executable, "-c", TRAIN, config.to_json()],
            env=os.environ | {"MNIST_LAB_BACKEND": backend},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        records[backend] = store.runs.get(done.stdout.split()[-1])
        assert records[backend].error is None, records[backend].error
    one, other = records["tensorflow"], records["jax"]
    assert other.outcome.test_accuracy == pytest.approx(one.outcome.test_accuracy, abs=0.04)
    assert one.outcome.test_accuracy > 0.85
    assert store.metrics.history(other.id).keys() == store.metrics.history(one.id).keys()
    assert [(p.kind, p.step) for p in store.metrics.points(other.id, "epoch")] == [
        (p.kind, p.step) for p in store.metrics.points(one.id, "epoch")
    ]
    assert open_classifier(store.files(other.id)).predict(digits.x_test[:5]).shape == (5, 10)
