"""How fast training is, beside the plain Keras script of the same settings.

``python -m benchmarks.training [--rounds 3] [--recipes ID ...] [--spread SEEDS] [--json]`` runs each recipe's plain
script and the engine in turn (A B A B), on the published data in ``MNIST_LAB_DATA_DIR``, and rewrites the table in
``benchmarks/README.md``. With ``--spread 5`` it also trains five seeds each way and compares the final figures.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.plain import run_plain
from mnist_core.config import NetworkConfig, RunConfig, TrainConfig
from mnist_core.config.choices import AUTO
from mnist_core.config.recipes import RECIPES
from mnist_core.datasets import get_spec, load_dataset
from mnist_core.engine import Supervisor
from mnist_core.models.cost import training_cost
from mnist_core.script import keras_code
from mnist_core.settings import Settings, get_settings
from mnist_core.store import RunRecord, Store, Visitor
from mnist_core.system.libraries import own_environment

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- benchmarks.training: begin -->", "<!-- benchmarks.training: end -->"
VISITOR = Visitor(None, is_admin=True)

# Measures the largest rates that TensorFlow reaches here: float32 operations a second in a product of matrices, and
# bytes a second read and written by a sum of arrays that are as large as the weights of `first-network`.
LIMITS = """
import json, time
import tensorflow as tf
a, b = tf.random.normal((2048, 2048)), tf.random.normal((2048, 2048))
total, part = tf.Variable(tf.zeros((784, 512))), tf.ones((784, 512))
times = 100
@tf.function
def multiply():
    return tf.reduce_sum(tf.matmul(a, b))
def again(step, *start):  # a loop in words that need no source file, as Python's own does
    return tf.while_loop(lambda n, *_: n < times, lambda n, *values: (n + 1, *step(*values)), (0, *start))
@tf.function
def add():
    def step():
        total.assign_add(part)
        return ()
    again(step)
    return total[0, 0]
@tf.function(jit_compile=True)
def add_compiled(total):
    return again(lambda values: (values * 0.5 + part,), total)[1][0, 0]
def least(run):
    seconds = []
    for _ in range(30):
        begin = time.perf_counter()
        run().numpy()
        seconds.append(time.perf_counter() - begin)
    return min(seconds)
moved = 3 * 4 * 784 * 512 * times
memory = moved / min(least(add), least(lambda: add_compiled(total)))
print(json.dumps({"flops": 2 * 2048**3 / least(multiply), "bytes": memory}))
"""

# Bytes that a step has to read and write for its weights: gradients once, weights and the optimizer's states twice.
MOVED = """
import sys
from mnist_core.config import RunConfig
from mnist_core.models.build import build_model
model = build_model(RunConfig.from_json(sys.argv[1]))
model.optimizer.build(model.trainable_variables)
count = lambda variables: sum(variable.value.shape.num_elements() for variable in variables)
states = count(model.optimizer.variables)
print(4 * (3 * count(model.trainable_variables) + 2 * states))
"""

# Trains the same epochs with and without somebody watching.
WATCHED = """
import json, statistics, sys, tempfile
from pathlib import Path
from mnist_core.config import RunConfig
from mnist_core.datasets import load_dataset
from mnist_core.models.build import build_model
from mnist_core.settings import get_settings
from mnist_core.store import Store
from mnist_core.system.processes import own_process
from mnist_core.training.events import StoreSink
from mnist_core.training.fit import fit
class Nobody:
    def __getattr__(self, name):
        return lambda *args, **kwargs: None
config = RunConfig.from_json(sys.argv[1])
store = Store(get_settings())
dataset = load_dataset(config.data.dataset, get_settings())
times = {"nobody": [], "store": []}
for _ in range(int(sys.argv[2])):
    for name in times:
        run_id = store.new_runs.create(config, name)
        store.queue.claim(run_id, own_process())
        options = {"sink": StoreSink(store, run_id), "checkpoint_path": store.files(run_id).checkpoint}
        if name == "nobody":
            options = {"sink": Nobody()}
        times[name] += fit(build_model(config), dataset, config, **options).epoch_seconds[1:]
# The faster half: what else the machine does only ever makes an epoch slower.
print(json.dumps({name: statistics.mean(sorted(values)[: len(values) // 2]) for name, values in times.items()}))
"""


@dataclass(frozen=True)
class Result:
    """One training: seconds of each epoch, seconds from start to finish, and the final figures."""

    epoch_seconds: list[float]
    total: float
    figures: dict[str, float]
    first_point: float = 0.0

    @property
    def epoch(self) -> float:
        """Seconds of an epoch once everything is compiled."""
        return statistics.median(self.epoch_seconds[1:] or self.epoch_seconds)


def main() -> None:
    """Measure, print, and rewrite the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--recipes", nargs="+", default=[r.id for r in RECIPES.values() if r.config.model.kind == "network"]
    )
    parser.add_argument("--spread", type=int, default=0, metavar="SEEDS")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if get_settings().data_dir is None:
        sys.exit("Set MNIST_LAB_DATA_DIR to the folder with the published files (mnist.npz, fashion-mnist/).")
    with tempfile.TemporaryDirectory() as folder, engine(Path(folder)) as supervisor:
        bench = Bench(Path(folder), supervisor)
        limits = bench.limits()
        rows = [bench.compare(recipe, options.rounds, limits) for recipe in options.recipes]
        if "small-cnn" in options.recipes:
            rows.append(bench.compare("small-cnn", options.rounds, limits, {"precision": "mixed_bfloat16"}))
        watched = bench.watched(2 * options.rounds)
        spreads = [bench.spread(recipe, options.spread) for recipe in options.recipes if options.spread]
    table = render(rows, limits, watched, spreads)
    if options.json:
        print(json.dumps({"limits": limits, "rows": rows, "watched": watched, "spread": spreads}))
    else:
        print(table)
    text = README.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")


class Bench:
    """Trains both ways in one temporary home."""

    def __init__(self, folder: Path, supervisor: Supervisor) -> None:
        self._folder = folder
        self._supervisor = supervisor
        self._store = Store(home(folder))
        self._environment = {
            **own_environment(os.environ),
            "PYTHONPATH": str(README.parents[1]),
            "MNIST_LAB_HOME": str(home(folder).home),
        }

    def compare(
        self, recipe: str, rounds: int, limits: dict[str, float], changes: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return medians of both ways for a recipe; `changes` are for the engine only."""
        config = RECIPES[recipe].config
        if config.train.precision == AUTO:  # as both ways are compared in the same one
            config = config.with_settings({"precision": TrainConfig().precision})
        mine = config.with_settings(changes or {})
        plain, engine = [], []
        for _ in range(rounds):
            plain.append(self.plain(config))
            engine.append(self.engine(mine))
        images, flops = work(mine)
        moved = -(-images // mine.train.batch_size) * self._python(MOVED, mine.to_json())
        epoch = {
            name: statistics.median(r.epoch for r in results)
            for name, results in (("plain", plain), ("engine", engine))
        }
        total = {
            name: statistics.median(r.total for r in results)
            for name, results in (("plain", plain), ("engine", engine))
        }
        row = {
            "recipe": recipe + (", mixed precision" if changes else ""),
            "plain_epoch": epoch["plain"],
            "engine_epoch": epoch["engine"],
            "ratio": statistics.median(p.epoch / e.epoch for p, e in zip(plain, engine, strict=True)),
            "images_per_second": images / epoch["engine"],
            "share_of_limit": (flops / limits["flops"] + moved / limits["bytes"]) / epoch["engine"],
            "plain_total": total["plain"],
            "engine_total": total["engine"],
            "total_ratio": statistics.median(p.total / e.total for p, e in zip(plain, engine, strict=True)),
            "first_point": statistics.median(r.first_point for r in engine),
            "plain_accuracy": plain[-1].figures["test_accuracy"],
            "engine_accuracy": engine[-1].figures["test_accuracy"],
        }
        print(f"{row['recipe']}: {row['ratio']:.2f} times", file=sys.stderr, flush=True)
        return row

    def plain(self, config: RunConfig) -> Result:
        """Run the plain script in a process of its own, from its start to its end."""
        code = keras_code(config)
        begin = time.monotonic()
        values = run_plain(code, self._folder, get_settings().data_dir)
        return Result(values.pop("epoch_seconds"), time.monotonic() - begin, values)

    def engine(self, config: RunConfig) -> Result:
        """Train with the engine, from the click to the end, with a warm worker waiting."""
        wait_until(self._is_warm)
        begin = time.monotonic()
        run_id = self._supervisor.submit(config, "benchmark", visitor=VISITOR)
        wait_until(lambda: bool(self._store.metrics.points(run_id)) or self._store.runs.get(run_id).state.is_finished)
        first_point = time.monotonic() - begin
        wait_until(lambda: self._store.runs.get(run_id).state.is_finished)
        total = time.monotonic() - begin
        record = self._store.runs.get(run_id)
        assert record.error is None, record.error
        return Result(record.outcome.epoch_seconds, total, figures(record, self._store), first_point)

    def limits(self) -> dict[str, float]:
        """Return the most operations and the most bytes a second that are reached here."""
        result: dict[str, float] = self._python(LIMITS)
        return result

    def watched(self, rounds: int) -> dict[str, float]:
        """Return the epoch's seconds with nobody watching, and with live metrics and checkpoints."""
        config = RECIPES["first-network"].config
        result: dict[str, float] = self._python(WATCHED, config.to_json(), str(rounds))
        return result

    def spread(self, recipe: str, seeds: int) -> dict[str, Any]:
        """Return the final figures of both ways over some seeds."""
        found: dict[str, Any] = {"recipe": recipe, "plain": [], "engine": []}
        for seed in range(seeds):
            config = RECIPES[recipe].config.with_settings({"seed": seed})
            found["plain"].append(self.plain(config).figures)
            found["engine"].append(self.engine(config).figures)
        return found

    def _is_warm(self) -> bool:
        """Whether the spare has imported, compiled, and measured the computer, and now sleeps."""
        pid = self._supervisor.spare_pid
        return pid is not None and home(self._folder).speed_path.exists() and is_asleep(pid)

    def _python(self, code: str, *arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=self._environment,
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(done.stderr[-3000:])
        return json.loads(done.stdout.splitlines()[-1])


def home(folder: Path) -> Settings:
    """Return settings with a home of its own."""
    return get_settings().model_copy(update={"home": folder / "home", "warm_spare": True})


@contextmanager
def engine(folder: Path) -> Iterator[Supervisor]:
    """Run a supervisor with a warm spare."""
    settings = home(folder)
    store = Store(settings)
    for dataset in ("mnist", "fashion_mnist"):
        load_dataset(dataset, settings)
    supervisor = Supervisor(store, settings)
    supervisor.start()
    try:
        yield supervisor
    finally:
        supervisor.close()


def work(config: RunConfig) -> tuple[int, float]:
    """Return images and floating point operations of a training epoch."""
    assert isinstance(config.model, NetworkConfig)
    spec = get_spec(config.data.dataset)
    images = int(min(config.data.train_size or spec.n_train, spec.n_train) * (1.0 - config.data.validation_split))
    cost = training_cost(config.model)
    return images, float(images * (cost.dense_flops + cost.conv_flops))


def figures(record: RunRecord, store: Store) -> dict[str, float]:
    """Return the final figures of a run, as Keras names them."""
    history = {name: values[-1] for name, values in store.metrics.history(record.id).items()}
    assert record.outcome.test_accuracy is not None
    assert record.outcome.test_loss is not None
    return {**history, "test_accuracy": record.outcome.test_accuracy, "test_loss": record.outcome.test_loss}


def render(
    rows: list[dict[str, Any]], limits: dict[str, float], watched: dict[str, float], spreads: list[dict[str, Any]]
) -> str:
    """Return the tables as Markdown."""
    lines = [
        "| recipe | plain script, s an epoch | engine | ratio | images a second | share of the limit | plain script, "
        "start to finish | engine, click to finished | ratio | click to first point | test accuracy, both |",
        "|" + "---|" * 11,
    ]
    for row in rows:
        lines.append(
            f"| `{row['recipe'].split(',')[0]}`{row['recipe'].partition(',')[1]}{row['recipe'].partition(',')[2]} | "
            f"{row['plain_epoch']:.2f} | {row['engine_epoch']:.2f} | **{row['ratio']:.1f}** | "
            f"{row['images_per_second']:,.0f} | {row['share_of_limit']:.0%} | {row['plain_total']:.1f} s | "
            f"{row['engine_total']:.1f} s | **{row['total_ratio']:.1f}** | {row['first_point']:.2f} s | "
            f"{row['plain_accuracy']:.4f}, {row['engine_accuracy']:.4f} |"
        )
    cost = watched["store"] / watched["nobody"] - 1
    lines += [
        "",
        f"The limit: all multiplications at {limits['flops'] / 1e9:.0f} GFLOP/s, the largest float32 matrix product "
        f"that TensorFlow does here, and then the weights, their gradients and what the optimizer keeps of each at "
        f"{limits['bytes'] / 1e9:.0f} GB/s, a sum of arrays as large as `first-network`'s weights. Live metrics and "
        f"checkpoints cost {cost:.1%} of an epoch of `first-network` ({watched['nobody']:.3f} s with "
        f"nobody watching, {watched['store']:.3f} s).",
    ]
    if spreads:
        lines += ["", "| recipe | figure | plain script, least to most | engine, least to most |", "|---|---|---|---|"]
        for spread in spreads:
            for name in spread["plain"][0]:
                both = ([f[name] for f in spread[way]] for way in ("plain", "engine"))
                ranges = " | ".join(f"{min(values):.4f} to {max(values):.4f}" for values in both)
                lines.append(f"| `{spread['recipe']}` | {name} | {ranges} |")
    return "\n".join(lines)


def wait_until(condition: Callable[[], bool]) -> None:
    """Return once `condition` holds; looks often, since seconds are measured."""
    deadline = time.monotonic() + 900
    while not condition():
        if time.monotonic() > deadline:
            sys.exit("A training did not end within 15 minutes.")
        time.sleep(0.01)


def is_asleep(pid: int) -> bool:
    """Whether a process has used no processor time for half a second."""
    import psutil

    process = psutil.Process(pid)
    before = process.cpu_times()
    time.sleep(0.5)
    after = process.cpu_times()
    return bool(after.user + after.system - before.user - before.system < 0.05)


if __name__ == "__main__":
    main()
