"""How long a run takes to read 1,000 corrupted test images, as the Robustness page lets it.

``python -m benchmarks.robustness RUN [RUN ...]``
"""

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from mnist_core.datasets import shared_provider
from mnist_core.evaluation.robustness import CORRUPTIONS, CorruptionSettings, accuracy_curve, balanced_subset, try_out
from mnist_core.inference import open_classifier
from mnist_core.store import shared_store

ALL = CorruptionSettings(0.8, 20, 3, -2, 6, 1, 0.7, 0.2, 40)
ROUNDS = 9


def main() -> None:
    """Print seconds, medians of nine, and each run's accuracy at its breaking strengths."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="RUN", help="id of a run with a model")
    for run_id in parser.parse_args().runs:
        record = shared_store().runs.get(run_id)
        data = shared_provider().get(record.config.data.dataset)
        subset = balanced_subset(data.y_test)
        images, labels = np.asarray(data.x_test[subset]), np.asarray(data.y_test[subset])
        predict = open_classifier(shared_store().files(run_id)).predict
        print(f"{record.name}, {len(labels)} images of {data.spec.title}")
        print(f"  all corruptions at once  {_seconds(partial(ALL.apply, images)):.3f} s")
        print(f"  the network's answers    {_seconds(partial(predict, images)):.3f} s")
        print(f"  one setting, both        {_seconds(partial(try_out, predict, images, labels, ALL)):.3f} s")
        for name in CORRUPTIONS:
            start = time.perf_counter()
            curve = accuracy_curve(lambda _: None, predict, images, labels, name)
            seconds, strength = time.perf_counter() - start, curve.breaking_strength()
            at = f"{curve.untouched:.1%} become {curve.accuracy[curve.nearest(strength)]:.1%} at {strength:g}"
            print(f"  curve of {name:10} {len(curve.strengths):2} strengths {seconds:.2f} s, {at}")


def _seconds(function: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


if __name__ == "__main__":
    main()
