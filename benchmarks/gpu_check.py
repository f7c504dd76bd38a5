"""Whether training works and is fast on a graphics card: everything in one command.

``python -m benchmarks.gpu_check --data FOLDER`` (or ``make gpu-check``) measures the card's limits, trains every recipe
for an epoch beside plain Keras ``fit`` on the same backend in turn (A B A B), some recipes whole, two runs at once on
one card, the same seed twice, a run that is killed and goes on, and memory that runs out. It prints a table and, as
its last line, one JSON object. Each row is a process of its own, so one that fails costs no other; rows for which no
time is left say so. ``--device cpu`` does the same with tiny sizes on the processor.

Needed: Python 3.11 to 3.13, the published data in FOLDER (mnist.npz, fashion-mnist/; without it images are made up), no
network connection, ``jax[cuda13]``, and these wheels (31 MB together): keras absl-py h5py namex optree packaging rich
pygments markdown-it-py mdurl pydantic pydantic-core pydantic-settings python-dotenv annotated-types typing-extensions
typing-inspection sqlalchemy psutil pillow tensorboard protobuf. nvidia-ml-py tells the card's memory where it is there.
TensorFlow may be missing: its rows then say so.
"""

import mnist_core.as_program  # noqa: F401

# isort: split
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.datasets import get_spec, load_dataset
from mnist_core.datasets.load import cache_dir
from mnist_core.models.cost import training_cost
from mnist_core.settings import Settings, get_settings
from mnist_core.store import RunRecord, RunState, Store, Visitor
from mnist_core.system.libraries import load_keras, own_environment
from mnist_core.system.processes import own_process
from mnist_core.training.control import Control

Row = dict[str, Any]

OWNER = Visitor(None, is_admin=True)
NETWORKS = [recipe.id for recipe in RECIPES.values() if isinstance(recipe.config.model, NetworkConfig)]
WHOLE = [id for id in ("small-cnn", "best-cnn", "speed-run") if id in RECIPES]
TINY, TINY_RECIPES, TINY_WHOLE = 512, ["first-network", "feedforward-64"], ["feedforward-64"]
LONGEST_ROW = 120.0  # seconds
ROUNDS = 2


def main() -> int:
    """Measure and print; return 1 where a row failed."""
    options = _options()
    if options.row:
        print(json.dumps(ROWS[options.row](options)))
        return 0
    end = time.monotonic() + options.limit
    with tempfile.TemporaryDirectory() as folder:
        check = _Check(options, Path(folder), end)
        rows = [row for backend in options.backends for row in check.rows(backend)]
    failed = [row for row in rows if "error" in row]
    print(table(rows))
    print(
        json.dumps(
            {"device": _first(rows, "device"), "seconds": options.limit - (end - time.monotonic()), "rows": rows}
        )
    )
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=get_settings().data_dir, help="folder with the published files")
    parser.add_argument(
        "--device", choices=["gpu", "cpu"], default="gpu", help="cpu: tiny sizes, to try the check itself"
    )
    parser.add_argument("--backends", nargs="+", choices=["jax", "tensorflow"], default=["jax", "tensorflow"])
    parser.add_argument("--recipes", nargs="*", choices=NETWORKS, help="for an epoch each; unset: all")
    parser.add_argument("--whole", nargs="*", choices=NETWORKS, help="from start to end")
    parser.add_argument("--limit", type=float, default=300.0, help="most seconds for everything")
    parser.add_argument("--row", help=argparse.SUPPRESS)  # what a row's own process does
    parser.add_argument("--recipe", help=argparse.SUPPRESS)
    parser.add_argument("--run", help=argparse.SUPPRESS)
    options = parser.parse_args()
    tiny = options.device == "cpu"
    options.recipes = (TINY_RECIPES if tiny else NETWORKS) if options.recipes is None else options.recipes
    options.whole = (TINY_WHOLE if tiny else WHOLE) if options.whole is None else options.whole
    return options


class _Check:
    """Starts the processes of all rows."""

    def __init__(self, options: argparse.Namespace, folder: Path, end: float) -> None:
        self._options, self._folder, self._end = options, folder, end
        self._homes = 0

    def rows(self, backend: str) -> list[Row]:
        """Return all rows of a backend; one that says why there are none where it is not installed."""
        try:
            version(backend)
        except PackageNotFoundError:
            return [{"backend": backend, "row": "all", "left_out": f"{backend} is not installed"}]
        options = self._options
        # What matters most comes first: the limit may leave no time for the rest.
        whole_too = [recipe for recipe in options.recipes if recipe in options.whole]
        others = [recipe for recipe in options.recipes if recipe not in options.whole]
        rows = [self._one(backend, "limits")]
        rows += [self._one(backend, "epoch", recipe=recipe) for recipe in whole_too]
        rows += [self._one(backend, "whole", recipe=recipe) for recipe in options.whole]
        recipe = (options.whole or options.recipes or NETWORKS)[0]
        rows.append(self._two(backend, recipe))
        rows.append(self._one(backend, "same seed", recipe=recipe))
        rows.append(self._killed(backend, recipe))
        rows.append(self._one(backend, "full memory", recipe=recipe))
        rows += [self._one(backend, "epoch", recipe=recipe) for recipe in others]
        limit = _first(rows, "matmul_per_second")
        for row in rows:
            if limit and "operations_per_second" in row:
                row["share_of_limit"] = row["operations_per_second"] / limit
        return rows

    def _one(self, backend: str, row: str, **arguments: str) -> Row:
        found = self._read(self._start(backend, row, self._home(), **arguments))
        return {"backend": backend, "row": row, **arguments, **found}

    def _two(self, backend: str, recipe: str) -> Row:
        """Train two runs at once on one card."""
        begin = time.monotonic()
        both = [self._start(backend, "whole", self._home(), recipe=recipe) for _ in range(2)]
        found = [self._read(process) for process in both]
        wrong = next((row for row in found if "error" in row or "left_out" in row), None)
        told = wrong or {"total": time.monotonic() - begin, "accuracies": [row["accuracy"] for row in found]}
        return {"backend": backend, "row": "two at once", "recipe": recipe, **told}

    def _killed(self, backend: str, recipe: str) -> Row:
        """Kill a run once it has a checkpoint, as with kill -9, and let it go on."""
        home = self._home()
        process = self._start(backend, "whole", home, recipe=recipe)
        checkpoint = "runs/*/checkpoint.npz"
        while process and process.poll() is None and not list(home.glob(checkpoint)) and time.monotonic() < self._end:
            time.sleep(0.01)
        if process:
            process.kill()
            process.communicate()
        there = list(home.glob(checkpoint))
        found: Row = {"error": "no checkpoint was written"} if process else {"left_out": "no time was left"}
        if there:
            found = self._read(self._start(backend, "resumed", home, recipe=recipe, run=there[0].parent.name))
        return {"backend": backend, "row": "killed and resumed", "recipe": recipe, **found}

    def _home(self) -> Path:
        self._homes += 1
        return self._folder / str(self._homes)

    def _start(self, backend: str, row: str, home: Path, **arguments: str) -> "subprocess.Popen[str] | None":
        if time.monotonic() > self._end:
            return None
        options = self._options
        environment = own_environment(os.environ) | {
            "MNIST_LAB_HOME": str(home),
            "MNIST_LAB_BACKEND": backend,
            "MNIST_LAB_OFFLINE": "1",
        }
        if options.device == "cpu":
            environment["CUDA_VISIBLE_DEVICES"] = ""
        given = [part for name, value in arguments.items() for part in (f"--{name}", value)]
        data = ["--data", str(options.data)] if options.data else []
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.gpu_check", "--row", row, "--device", options.device, *data, *given],
            env=environment,
            cwd=Path(__file__).parents[1],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _read(self, process: "subprocess.Popen[str] | None") -> Row:
        """Return what a row's process says as its last line, or why it says nothing."""
        if process is None:
            return {"left_out": "no time was left"}
        try:
            output, errors = process.communicate(timeout=max(1.0, min(LONGEST_ROW, self._end - time.monotonic())))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return {"error": "it took too long"}
        if process.returncode:
            return {"error": (errors.strip().splitlines() or [f"exit code {process.returncode}"])[-1][:300]}
        found: Row = json.loads(output.splitlines()[-1])
        return found


# what each row's process does


def limits(options: argparse.Namespace) -> Row:
    """Measure the largest rate of float32 multiplications, and of bytes that go through memory."""
    keras = load_keras()
    device = _device()
    size = 512 if options.device == "cpu" else 8192
    square, long = keras.ops.ones((size, size)), keras.ops.ones((size * size * 4,))
    multiply, add = _compiled(lambda a: keras.ops.sum(keras.ops.matmul(a, a))), _compiled(lambda a: a + 1.0)
    return {
        "device": device,
        "matmul_per_second": 2 * size**3 / _best(lambda: multiply(square)),
        "bytes_per_second": 2 * 4 * size * size * 4 / _best(lambda: add(long)),
    }


def epoch(options: argparse.Namespace) -> Row:
    """Train a recipe for an epoch, engine and plain ``fit`` in turn; neither changes images at random."""
    from mnist_core.models.build import build_model
    from mnist_core.training.steps import encode_labels, make_steps, scale

    load_keras()
    device, config = _device(), _config(options)
    config = config.model_copy(update={"augment": RunConfig().augment})
    images, labels = load_dataset(config.data.dataset, _settings(options)).split("train", config.data)
    batches = -(-len(images) // config.train.batch_size)
    engine, plain = (build_model(config, config.spec.num_classes, batches) for _ in range(2))
    steps = make_steps(engine, images, labels, config)
    x, y = scale(images), encode_labels(labels, config, config.spec.num_classes)

    def by_engine() -> None:
        steps.begin_epoch(np.random.default_rng(0).permutation(len(images)).astype(np.int32), 0)
        position = 0
        while position < batches:
            position += steps.advance(position, 256).batches

    def by_fit() -> None:
        plain.fit(x, y, batch_size=config.train.batch_size, epochs=1, verbose=0)

    seconds: dict[str, list[float]] = {"engine": [], "fit": []}
    for _ in range(1 + ROUNDS):  # the first compiles
        for name, train in (("engine", by_engine), ("fit", by_fit)):
            begin = time.monotonic()
            train()
            seconds[name].append(time.monotonic() - begin)
    cost = training_cost(config.model, config.spec.num_classes)  # type: ignore[arg-type]
    best = {name: statistics.median(times[1:]) for name, times in seconds.items()}
    return {
        "device": device,
        "engine_epoch": best["engine"],
        "fit_epoch": best["fit"],
        "ratio": best["fit"] / best["engine"],
        "first_epoch": seconds["engine"][0],
        "images_per_second": len(images) / best["engine"],
        "operations_per_second": len(images) * (cost.dense_flops + cost.conv_flops) / best["engine"],
        "peak_memory": _peak_memory(),
    }


def whole(options: argparse.Namespace) -> Row:
    """Train a recipe from start to end, as a worker does."""
    store = Store(_settings(options))
    return _told(_trained(store, store.runs.create(_config(options), "A run")))


def resumed(options: argparse.Namespace) -> Row:
    """Go on with a run whose process was killed."""
    store = Store(_settings(options))
    store.queue.mark_interrupted()
    store.queue.request_resume(options.run, OWNER)
    return _told(_trained(store, options.run))


def same_seed(options: argparse.Namespace) -> Row:
    """Train a recipe twice; the figures shall be the same."""
    store = Store(_settings(options))
    one, other = (_trained(store, store.runs.create(_config(options), "A run")).outcome for _ in range(2))
    return {"same": one.test_loss == other.test_loss, "losses": [one.test_loss, other.test_loss]}


def full_memory(options: argparse.Namespace) -> Row:
    """Ask for more memory than there is; it shall be a sentence, and a run shall train after it in the same process."""
    from mnist_core.training.run import describe

    keras = load_keras()
    _device()
    said = ""
    try:
        keras.ops.convert_to_numpy(keras.ops.ones((2**45,)))
    except Exception as error:
        said = describe(error, Path()).message
    if "memory" not in said:
        raise RuntimeError(f"memory that runs out is told as: {said}")
    return {"said": said, **whole(options)}


ROWS: dict[str, Callable[[argparse.Namespace], Row]] = {
    "limits": limits,
    "epoch": epoch,
    "whole": whole,
    "resumed": resumed,
    "same seed": same_seed,
    "full memory": full_memory,
}


def _trained(store: Store, run_id: str) -> RunRecord:
    from mnist_core.training.run import execute

    store.queue.claim(run_id, own_process())
    record = execute(run_id, store, Control())
    if record.state is not RunState.COMPLETED:
        raise RuntimeError(record.error.message if record.error else record.state)
    return record


def _told(record: RunRecord) -> Row:
    usual = record.outcome.usual_epoch_seconds or 0.0
    return {
        "device": record.device,
        "engine_epoch": usual,
        "training": usual * record.config.train.epochs,  # what it takes once everything is compiled
        "total": sum(record.outcome.seconds.values()),
        "accuracy": record.outcome.test_accuracy,
        "peak_memory": _peak_memory(),
    }


def _config(options: argparse.Namespace) -> RunConfig:
    config = RECIPES[options.recipe].config.with_settings({"tensorboard": False})
    return config.with_settings({"train_size": TINY, "epochs": 2}) if options.device == "cpu" else config


def _settings(options: argparse.Namespace) -> Settings:
    settings = get_settings().model_copy(update={"data_dir": options.data})
    if options.data is None and not settings.datasets_dir.exists():
        _make_data_up(settings)
    return settings


def _make_data_up(settings: Settings) -> None:
    """Write images of bars, whose place says the class, as if they had been downloaded."""
    rng = np.random.default_rng(0)
    for name in {RECIPES[recipe].config.data.dataset for recipe in NETWORKS}:
        spec = get_spec(name)
        arrays: dict[str, Any] = {}
        for part, size in (("train", spec.n_train), ("test", spec.n_test)):
            labels = rng.integers(0, spec.num_classes, size).astype(np.uint8)
            images = rng.integers(0, 64, (size, 28, 28), np.uint8)
            images[np.arange(size), labels * 2 + 4] = 255
            arrays |= {f"x_{part}": images, f"y_{part}": labels}
        folder = cache_dir(spec, settings)
        folder.mkdir(parents=True)
        for file, array in arrays.items():
            np.save(folder / f"{file}.npy", array)
        (folder / "complete.json").write_text(json.dumps({file: array.shape for file, array in arrays.items()}))


def _device() -> str:
    from mnist_core.training.device import prepare_device

    return prepare_device()


def _peak_memory() -> int | None:
    """Return the most bytes that this process held on the card; None on the processor."""
    if load_keras().config.backend() == "jax":
        import jax

        return (jax.devices()[0].memory_stats() or {}).get("peak_bytes_in_use")
    import tensorflow as tf

    cards = tf.config.list_logical_devices("GPU")
    return int(tf.config.experimental.get_memory_info("GPU:0")["peak"]) if cards else None


def _compiled(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    if load_keras().config.backend() == "jax":
        import jax

        ready = jax.jit(function)
        return lambda array: ready(array).block_until_ready()
    import tensorflow as tf

    graph = tf.function(lambda array: tf.reduce_max(function(array)))
    return lambda array: graph(array).numpy()


def _best(action: Callable[[], Any]) -> float:
    times = []
    for _ in range(6):
        begin = time.perf_counter()
        action()
        times.append(time.perf_counter() - begin)
    return min(times[1:])


# what is printed


COLUMNS = {
    "engine_epoch": "{:.3f} s an epoch",
    "fit_epoch": "{:.3f} s with plain fit",
    "ratio": "{:.1f} times",
    "images_per_second": "{:,.0f} images a second",
    "share_of_limit": "{:.0%} of the matmul limit",
    "matmul_per_second": "{:.3g} operations a second",
    "bytes_per_second": "{:.3g} bytes a second",
    "training": "{:.2f} s of training",
    "total": "{:.1f} s in all",
    "accuracy": "test accuracy {:.4f}",
    "peak_memory": "{:,} bytes at most",
    "same": "the same figures: {}",
    "said": "said: {}",
    "left_out": "left out: {}",
    "error": "FAILED: {}",
}


def table(rows: list[Row]) -> str:
    """Return the rows as Markdown."""
    lines = ["| backend | row | recipe | what was found |", "|---|---|---|---|"]
    for row in rows:
        found = "; ".join(words.format(row[name]) for name, words in COLUMNS.items() if row.get(name) is not None)
        lines.append(f"| {row['backend']} | {row['row']} | {row.get('recipe', '')} | {found} |")
    return "\n".join(lines)


def _first(rows: list[Row], name: str) -> Any:
    return next((row[name] for row in rows if name in row), None)


if __name__ == "__main__":
    sys.exit(main())
