"""Another backend than TensorFlow: the same first weights, order and figures, and a model that every page can use.

`make test` also runs some of the other tests of this folder with JAX.
"""

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mnist_core.config import RunConfig
from mnist_core.config.choices import INITIALIZERS
from mnist_core.inference import open_classifier
from mnist_core.models.first_weights import first_kernel
from mnist_core.store import RunState
from mnist_core.system.libraries import load_keras
from mnist_core.system.processes import own_process
from mnist_core.training.control import Control

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("uncounted_children")]
ROOT = Path(__file__).parents[3]
# Trains a run, pauses it after the first steps, and trains it to its end.
TRAIN = """
import sys
import mnist_core.as_program
from mnist_core.config import RunConfig
from mnist_core.store import Visitor, shared_store
from mnist_core.system.processes import own_process
from mnist_core.training import fit
from mnist_core.training.control import Control
from mnist_core.training.run import execute
from mnist_core.training.warm_up import warm_up
warm_up(lambda: False)
store, control, advance = shared_store(), Control(), fit._Fit._advance
def advance_and_pause(self, *place):
    control.pause()
    return advance(self, *place)
fit._Fit._advance = advance_and_pause
run_id = store.new_runs.create(RunConfig.from_json(sys.argv[1]), "A run", owner="ada")
assert store.queue.claim(run_id, own_process())
assert execute(run_id, store, control).state == "paused"
fit._Fit._advance = advance
store.queue.request_resume(run_id, Visitor("ada"))
assert store.queue.claim(run_id, own_process())
record = execute(run_id, store, Control())
print("tensorflow" in sys.modules, record.id)
"""


@pytest.mark.parametrize("shape", [(20, 7), (3, 3, 2, 5)], ids=["dense", "convolution"])
@pytest.mark.parametrize("choice", INITIALIZERS.values(), ids=INITIALIZERS)
@pytest.mark.skipif("jax" in sys.modules, reason="it is TensorFlow that they are compared with")
def test_first_weights_are_drawn_as_tensorflow_draws_them(choice, shape):
    keras = load_keras()
    keras.utils.set_random_seed(7)
    initializer = getattr(keras.initializers, choice.keras_class)()
    drawn = keras.ops.convert_to_numpy(initializer(shape))
    assert first_kernel(initializer, shape).dtype == drawn.dtype
    np.testing.assert_allclose(first_kernel(initializer, shape), drawn, rtol=2e-6, atol=1e-7)
    if "uniform" in choice.id:
        np.testing.assert_array_equal(first_kernel(initializer, shape), drawn)


def has(library):
    return any(found.name == library for found in importlib.metadata.distributions())


@pytest.mark.skipif(not has("jax"), reason="needs jax: pip install -r requirements-jax.txt")
@pytest.mark.skipif("jax" in sys.modules, reason="it is TensorFlow that the run is compared with")
def test_a_run_on_jax_has_the_figures_of_one_on_tensorflow(store, network, digits, tmp_path):
    """Also where it is paused, its images are changed at random, and its user wishes otherwise."""
    config = network(epochs=3, optimizer="sgd", learning_rate=0.1).with_settings({"rotation": 10})
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text(json.dumps({"backend": "torch", "floatx": "float16"}))
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, config.to_json()],
        env=os.environ | {"MNIST_LAB_BACKEND": "jax", "KERAS_BACKEND": "torch", "HOME": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    beside, run_id = done.stdout.split()[-2:]
    assert beside == "False", "TensorFlow was imported beside JAX"
    on_jax, on_tensorflow = store.runs.get(run_id), trained(config, store)
    assert on_jax.state is on_tensorflow.state is RunState.COMPLETED
    assert on_jax.device == on_tensorflow.device
    assert on_jax.outcome.computed_with["backend"] == "jax"
    assert on_jax.outcome.computed_with["jax"] == importlib.metadata.version("jax")
    for name, values in store.metrics.history(on_tensorflow.id).items():
        assert store.metrics.history(run_id)[name] == pytest.approx(values, rel=1e-3), name
    assert on_jax.outcome.test_loss == pytest.approx(on_tensorflow.outcome.test_loss, rel=1e-4)
    one, other = (open_classifier(store.files(record.id)) for record in (on_jax, on_tensorflow))
    np.testing.assert_allclose(one.predict(digits.x_test[:50]), other.predict(digits.x_test[:50]), atol=1e-4)


def test_jax_is_not_imported_beside_tensorflow():
    program = "import sys; from mnist_core.system.libraries import load_keras; load_keras(); import tensorflow"
    program += "; print('jax' in sys.modules)"
    said = subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True, timeout=120)
    assert said.split()[-1] == "False"


def trained(config: RunConfig, store):
    from mnist_core.training.run import execute

    run_id = store.new_runs.create(config, "A run")
    assert store.queue.claim(run_id, own_process())
    return execute(run_id, store, Control())
