"""Running the plain Keras script of a configuration as its reader would: in a process of its own."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from mnist_core.system.libraries import own_environment

# Tells what each epoch took. The data are read from the given folder as Keras reads its own cache, without Keras's
# check of the download; nothing else of it is touched.
_RUNNER = """
import gzip, json, runpy, sys, time
from pathlib import Path
import keras
import numpy as np
data = Path(sys.argv[2])
def mnist():
    with np.load(data / "mnist.npz") as f:
        return (f["x_train"], f["y_train"]), (f["x_test"], f["y_test"])
def fashion():
    def read(name, offset):
        with gzip.open(data / "fashion-mnist" / name) as f:
            return np.frombuffer(f.read(), np.uint8, offset=offset)
    return tuple(
        (read(f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28), read(f"{part}-labels-idx1-ubyte.gz", 8))
        for part in ("train", "t10k")
    )
keras.datasets.mnist.load_data, keras.datasets.fashion_mnist.load_data = mnist, fashion
class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.at = time.monotonic()
    def on_epoch_end(self, epoch, logs=None):
        seconds.append(time.monotonic() - self.at)
seconds, fit = [], keras.Model.fit
def timed(self, *args, callbacks=(), **kwargs):
    return fit(self, *args, callbacks=[*callbacks, Clock()], **kwargs)
keras.Model.fit = timed
scope = runpy.run_path(sys.argv[1], run_name="__main__")
curves = scope["history"].history if "history" in scope else {}
print(json.dumps({"epoch_seconds": seconds, **{name: values[-1] for name, values in curves.items()}}))
"""


def run_plain(code: str, folder: Path, data_dir: Path | None) -> dict[str, Any]:
    """Run a script and return its figures.

    Parameters
    ----------
    code : str
        From `mnist_core.models.keras_code`.
    folder : Path
        Where it runs, with the files that it needs; script and picture are left there.
    data_dir : Path or None
        Folder with the published files; only the bundled digits need none.

    Returns
    -------
    dict of str to float
        ``test_accuracy``, ``test_loss``, and the last value of each curve; ``epoch_seconds`` is a list.

    Raises
    ------
    RuntimeError
        If the script ends with an error; with the end of its output.
    """
    script = folder / "script.py"
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, "-c", _RUNNER, script.name, str(data_dir or "")],
        cwd=folder,
        # Matplotlib must not open windows, where there could be some.
        env={**own_environment(os.environ), "MPLBACKEND": "agg", "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    *output, last = done.stdout.splitlines()
    test = next(line for line in output if line.startswith("Test: ")).removeprefix("Test: ")
    return {**json.loads(last), **{f"test_{name}": value for name, value in ast.literal_eval(test).items()}}
