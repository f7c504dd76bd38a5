"""What fine-tuning on a stranger's handwriting gains, and what it forgets.

    python -m benchmarks.teaching FILE --run RUN [--writers check] [--drawings 5]

FILE holds pen strokes in UNIPEN form, as `benchmarks.handwriting` reads them. Of each writer the first few drawings of
each digit are the personal set; with ``--corrections N`` it is the first N that the network misreads. The network is
fine-tuned on them through the queue that the page uses, with a warm worker waiting, and reads all other drawings of
this writer before and afterwards. The runs that are made are deleted again.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median

import numpy as np
import numpy.typing as npt

from benchmarks.handwriting import CANVAS, as_drawn, chosen_digits, read
from benchmarks.training import is_asleep, wait_until
from mnist_core.drawing import prepare_drawing
from mnist_core.drawing.personal import PersonalSet, held_out
from mnist_core.engine import Supervisor, close_shared_supervisor, shared_supervisor
from mnist_core.evaluation import change
from mnist_core.inference import open_classifier
from mnist_core.store import RunRecord, Visitor, shared_store

VISITOR = Visitor("benchmark")
PEN = 18.0


@dataclass(frozen=True)
class Lesson:
    """One writer's fine-tuning: shares of right answers, and seconds from the click to the finished run."""

    writer: int
    drawings: int
    others: int
    before: float
    after: float
    test_before: float
    test_after: float
    seconds: float


def main() -> None:
    """Print before and after for each writer, and the means."""
    options = _options()
    digits = chosen_digits(read(options.file), options.writers, None)
    images = np.stack([prepare_drawing(as_drawn(digit, PEN), CANVAS, "digits").image for digit in digits])
    labels = np.array([digit.label for digit in digits], np.uint8)
    writers = np.array([digit.writer for digit in digits])
    base = shared_store().runs.get(options.run)
    lessons = []
    try:
        for writer in np.unique(writers)[: options.most]:
            mine = np.flatnonzero(writers == writer)
            lessons.append(_lesson(base, int(writer), images[mine], labels[mine], options))
            if not options.json:
                _show(lessons[-1])
    finally:
        close_shared_supervisor()
    if options.json:
        print(json.dumps({"run": base.id, "name": base.name, "writers": [asdict(lesson) for lesson in lessons]}))
    else:
        _summary(lessons)


def _lesson(
    base: RunRecord,
    writer: int,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.uint8],
    options: argparse.Namespace,
) -> Lesson:
    """Fine-tune a network for one writer."""
    store, supervisor = shared_store(), shared_supervisor()
    before = open_classifier(store.files(base.id)).predict(images)
    if options.corrections:
        chosen = np.flatnonzero(before.argmax(axis=1) != labels)[: options.corrections]
    else:
        chosen = np.sort(np.concatenate([np.flatnonzero(labels == n)[: options.drawings] for n in range(10)]))
    others = np.setdiff1d(np.arange(len(labels)), chosen)
    drawings = PersonalSet(images[chosen], labels[chosen], tuple(range(len(chosen))), held_out(labels[chosen]))
    wait_until(lambda: _is_warm(supervisor))
    begin = time.monotonic()
    run_id = supervisor.fine_tune(base, drawings, f"benchmark {writer}", visitor=VISITOR)
    wait_until(lambda: store.runs.get(run_id).state.is_finished)
    seconds = time.monotonic() - begin
    record = store.runs.get(run_id)
    if record.error is not None:
        sys.exit(record.error.message)
    after = open_classifier(store.files(run_id)).predict(images)
    found = change(before[others], after[others], labels[others])
    assert base.outcome.test_accuracy is not None
    assert record.outcome.test_accuracy is not None
    store.bin.delete(run_id, VISITOR)
    return Lesson(
        writer,
        len(chosen),
        len(others),
        found.before / found.total,
        found.after / found.total,
        base.outcome.test_accuracy,
        record.outcome.test_accuracy,
        seconds,
    )


def _is_warm(supervisor: Supervisor) -> bool:
    pid = supervisor.spare_pid
    return pid is not None and shared_store().settings.speed_path.exists() and is_asleep(pid)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--run", required=True, help="id of a network that reads digits")
    parser.add_argument("--writers", choices=("development", "check", "all"), default="check")
    parser.add_argument("--drawings", type=int, default=5, help="of each digit in the personal set (5)")
    parser.add_argument("--corrections", type=int, help="take so many misread drawings instead")
    parser.add_argument("--most", type=int, help="so many writers at most; all if not given")
    parser.add_argument("--json", action="store_true", help="print one JSON object, last")
    return parser.parse_args()


def _show(lesson: Lesson) -> None:
    print(
        f"writer {lesson.writer:2}: {lesson.drawings:2} drawings; {lesson.others} others {lesson.before:.3f} -> "
        f"{lesson.after:.3f}; test set {lesson.test_before:.4f} -> {lesson.test_after:.4f}; {lesson.seconds:.1f} s",
        flush=True,
    )


def _summary(lessons: list[Lesson]) -> None:
    print(
        f"mean of {len(lessons)} writers: {mean(found.before for found in lessons):.4f} -> "
        f"{mean(found.after for found in lessons):.4f}, the worst {min(found.before for found in lessons):.3f} -> "
        f"{min(found.after for found in lessons):.3f}; test set {mean(found.test_before for found in lessons):.4f} -> "
        f"{mean(found.test_after for found in lessons):.4f}; click to finished: median "
        f"{median(found.seconds for found in lessons):.1f} s, most {max(found.seconds for found in lessons):.1f} s"
    )


if __name__ == "__main__":
    main()
