"""How fast thousands of runs are listed.

``python -m benchmarks.runs [--runs 5000] [--studies 0] [--rounds 5] [--browser] [--json]`` writes that many finished
runs with curves into a temporary home folder, half of them with a validation set, and prints medians: listing all of
them, searching, and the page Runs as AppTest runs it; with ``--browser`` also until the table is on the screen of a
Chromium. With ``--studies`` so many studies have 20 of the runs each. Nothing is trained. Everything random has a seed.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from mnist_core.config.recipes import RECIPES
from mnist_core.config.study import Parameter, Question
from mnist_core.settings import get_settings
from mnist_core.store import MetricPoint, Outcome, RunState, Store, TrialState, Visitor
from mnist_core.store.listing import RunFilter
from mnist_core.store.metrics import metric_rows
from mnist_core.store.tables import metrics, runs

Seconds = tuple[float, float | None]  # by the clock, and of this process
_BATCH_POINTS = 40  # of each run, beside those of its epochs
_OF_STUDY = 20  # runs


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5000)
    parser.add_argument("--studies", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    # What pages began in the background may still write as the folder goes.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ |= {"MNIST_LAB_HOME": str(Path(folder) / "home"), "MNIST_LAB_WARM_SPARE": "0"}
        store = Store(get_settings())
        fill(store, options.runs)
        fill_studies(store, options.studies)
        result = _listing(store, options.rounds) | _page(options.rounds)
        store.close()
        if options.browser:
            result |= _browser(Path(folder), options.rounds)
    if options.json:
        print(json.dumps(result))
        return
    print("| what | milliseconds | of which this process worked |\n|---|---|---|")
    for name, seconds in result.items():
        print(f"| {name} | " + " | ".join("" if value is None else f"{1000 * value:.0f}" for value in seconds) + " |")


def fill(store: Store, n: int, owner: str | None = None) -> None:
    """Record `n` finished runs of all recipes with different seeds and curves, each a second after the last."""
    rng = random.Random(0)
    recipes = list(RECIPES.values())
    begin = time.time() - n
    for number in range(n):
        recipe = recipes[number % len(recipes)]
        changes = {"seed": number, "batch_size": rng.choice((32, 64, 128))}
        config = recipe.config.with_settings(changes)
        moment, run_id = begin + number, f"20260102-000000-{number:08x}"
        points = _curve(rng, config.train.epochs, validated=number % 2 == 0)
        outcome = Outcome(
            test_loss=rng.uniform(0.02, 0.5),
            test_accuracy=points[-1].values["accuracy"],
            parameters=rng.randrange(8_000, 900_000),
            device="CPU: benchmark",
            seconds={"import": 2.0, "data": 0.2, "fit": rng.uniform(2, 90), "evaluate": 0.4, "export": 0.9},
            epoch_seconds=[rng.uniform(0.5, 4) for _ in range(config.train.epochs)],
        )
        with store.database.begin() as connection:
            connection.execute(
                insert(runs).values(
                    id=run_id,
                    name=f"{recipe.title} {number}",
                    config=config.to_json(),
                    fingerprint=config.fingerprint(),
                    state=rng.choice((RunState.COMPLETED, RunState.STOPPED)).value,
                    owner=owner,
                    recipe=recipe.id,
                    created=moment,
                    started=moment,
                    finished=moment,
                    updated=moment,
                    outcome=asdict(outcome),
                    notes="a note about it" if number % 7 == 0 else "",
                )
            )
            connection.execute(insert(metrics), metric_rows(run_id, points))


def fill_studies(store: Store, n: int) -> None:
    """Make the first runs those of `n` studies."""
    ids = [row.id for row in store.database.rows(select(runs.c.id).order_by(runs.c.id).limit(n * _OF_STUDY))]
    base = next(iter(RECIPES.values())).config
    for number in range(n):
        members = ids[number * _OF_STUDY : (number + 1) * _OF_STUDY]
        over = Parameter(name="seed", values=tuple(range(len(members))))
        question = Question(kind="repeat", base=base, over=(over,), trials=len(members))
        study_id = store.studies.create(question, f"Study {number}", visitor=Visitor(None))
        for trial, run_id in enumerate(members):
            store.trials.begin(study_id, trial, {"seed": trial}, run_id, cached=False)
            store.trials.end(study_id, trial, TrialState.COMPLETED, 0.9)
        with store.database.begin() as connection:
            connection.execute(update(runs).where(runs.c.id.in_(members)).values(study=study_id))


def _curve(rng: random.Random, epochs: int, *, validated: bool) -> list[MetricPoint]:
    points = []
    for step in range(1, epochs + _BATCH_POINTS + 1):
        accuracy = 1 - 0.5 / step - rng.uniform(0, 0.02)
        values = {"loss": 1 - accuracy, "accuracy": accuracy}
        kind = "epoch" if step > _BATCH_POINTS else "batch"
        if kind == "epoch" and validated:
            values |= {"val_loss": 1.1 - accuracy, "val_accuracy": accuracy - 0.01}
        points.append(
            MetricPoint(kind=kind, step=step, epoch=max(1, step - _BATCH_POINTS), seconds=step, values=values)
        )
    return points


def _median(work: Callable[[], Any], rounds: int) -> Seconds:
    """Return wall time and processor time, which is the same on a busy computer."""
    walls, works = [], []
    for _ in range(rounds):
        wall, worked = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        works.append(time.process_time() - worked)
    return statistics.median(walls), statistics.median(works)


def _listing(store: Store, rounds: int) -> dict[str, Seconds]:
    somebody = Visitor("somebody")
    first = _median(lambda: store.listing.rows(somebody), 1)
    return {
        "list all": _median(lambda: store.listing.rows(somebody), rounds),
        "one line for each study": _median(
            lambda: store.study_rows.folded(store.listing.rows(somebody), somebody), rounds
        ),
        "search all": _median(lambda: store.listing.rows(somebody, RunFilter(text="dropout 77")), rounds),
        "list all for the first time, curves read from the metrics": first,
        "read all as full records, without curves (`Runs.find`)": _median(
            lambda: store.runs.find(visible_to=somebody, limit=100_000), 1
        ),
    }


def _page(rounds: int) -> dict[str, Seconds]:
    from streamlit.runtime.context import ContextProxy
    from streamlit.testing.v1 import AppTest

    # AppTest has no browser behind it; its cookies are a mock that is no mapping.
    ContextProxy.cookies = property(lambda _: {})  # type: ignore[method-assign,assignment]
    app = AppTest.from_file(Path(__file__).parents[1] / "pages" / "_dashboard.py", default_timeout=60)
    app.run()
    app.switch_page("runs.py").run()
    assert not app.exception
    seconds = _median(app.run, rounds)
    return {f"the page's script ({len(app.dataframe[0].proto.arrow_data.data) / 1e3:.0f} kB of table)": seconds}


def _browser(folder: Path, rounds: int) -> dict[str, Seconds]:
    from playwright.sync_api import sync_playwright

    from tests.serving import running_server

    with running_server(folder / "home") as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{server.url}/glossary")
        page.get_by_role("heading", name="Glossary").wait_for()

        def there_and_back() -> float:
            begin = time.perf_counter()
            page.get_by_test_id("stTopNavLink").filter(has_text="Runs").click()
            page.locator("[data-testid=stDataFrame] canvas").first.wait_for()
            seconds = time.perf_counter() - begin
            page.get_by_test_id("stTopNavLink").filter(has_text="Glossary").click()
            page.get_by_role("heading", name="Glossary").wait_for()
            return seconds

        there_and_back()
        seconds = statistics.median(there_and_back() for _ in range(rounds))
        browser.close()
    return {"a click on Runs until the table is on the screen": (seconds, None)}


if __name__ == "__main__":
    main()
