"""The commands."""

import mnist_core.as_program  # noqa: F401

# isort: split
import argparse

from benchmarks import studies
from benchmarks.studies.overhead import overhead
from benchmarks.studies.record import record
from benchmarks.studies.replay import replay


def main() -> None:
    """Record, replay, or measure what Optuna takes."""
    parser = argparse.ArgumentParser(description=studies.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("record", "replay", "overhead"))
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=1000, help="the first of the seeds")
    options = parser.parse_args()
    if options.command == "replay":
        replay(range(options.first, options.first + options.seeds))
    else:
        {"record": record, "overhead": overhead}[options.command]()


if __name__ == "__main__":
    main()
