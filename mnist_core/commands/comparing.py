"""The command that sets runs side by side: compare."""

import argparse
import sys
from dataclasses import asdict
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.commands.common import STATE_WORDS, chosen_run, judged_on_test_set, name_of, print_json, run_help
from mnist_core.commands.terminal import right, t
from mnist_core.datasets import get_spec
from mnist_core.errors import ArtifactMissingError, ConfigError, DataError
from mnist_core.evaluation import class_scores, compare, confusion_matrix, holm
from mnist_core.evaluation.comparing import RunResult, SettingRow, differing_settings, run_result, seed_groups
from mnist_core.evaluation.spread import Spread, spread, spread_words
from mnist_core.store import RunRecord, shared_store
from mnist_core.text import english

Judged = dict[str, tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]]
"""Probabilities and labels of the test images by run id, of those runs that can be judged."""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands of this module to a parser."""
    command = commands.add_parser("compare", help=t("set runs side by side: settings that differ, results, luck"))
    command.add_argument("runs", nargs="+", metavar="RUN", help=run_help())
    command.add_argument("--json", action="store_true", help=t("print one JSON object"))
    command.set_defaults(command=_compare)


def _compare(options: argparse.Namespace) -> int:
    records = list({record.id: record for record in map(chosen_run, options.runs)}.values())
    if len(records) < 2:
        raise ConfigError("Give two different runs or more to compare. Received: {n}", n=len(records))
    configs = [record.config for record in records]
    results = [run_result(record, shared_store().files(record.id)) for record in records]
    judged = _judge(records)
    pairs, groups = _pairs(records, judged), _groups(records)
    if options.json:
        print_json(
            {
                "runs": [_run(*entry, judged) for entry in zip(records, results, strict=True)],
                "settings": {row.name: list(row.values) for row in differing_settings(configs, english)},
                "pairs": pairs,
                "groups": [{"runs": ids, **asdict(found)} for ids, found in groups],
            }
        )
    else:
        _print(records, differing_settings(configs, t), results, pairs)
        _print_groups(records, groups)
    return 0


def _groups(records: list[RunRecord]) -> list[tuple[list[str], Spread]]:
    """Return the runs that differ in their seed only, and what their test accuracies have in common."""
    known = {record.id: value for record in records if (value := record.outcome.test_accuracy) is not None}
    found = seed_groups([(record.id, record.config) for record in records if record.id in known])
    return [(ids, spread([known[run_id] for run_id in ids])) for ids in found]


def _print_groups(records: list[RunRecord], groups: list[tuple[list[str], Spread]]) -> None:
    numbers = {record.id: number for number, record in enumerate(records, start=1)}
    if groups:
        print("\n" + t("Runs that differ in their seed only: mean and standard deviation of their accuracies"))
    for ids, found in groups:
        print(f"  {', '.join(str(numbers[run_id]) for run_id in ids)}: {spread_words(found, t)}")


def _judge(records: list[RunRecord]) -> Judged:
    judged: Judged = {}
    for record in records:
        if record.outcome.test_accuracy is None:
            continue
        try:
            judged[record.id] = judged_on_test_set(record)
        except (ArtifactMissingError, DataError) as error:
            words = t(
                "{run} is left out of what compares image by image: {reason}",
                run=record.id,
                reason=error.phrase,
            )
            print(f"mnist_core: {words}", file=sys.stderr)
    return judged


def _run(record: RunRecord, result: RunResult, judged: Judged) -> dict[str, Any]:
    names = get_spec(record.config.data.dataset).class_names
    recall = None
    if record.id in judged:
        scores = class_scores(confusion_matrix(*judged[record.id]))
        recall = dict(zip(names, scores.recall.tolist(), strict=True))
    return {
        "run_id": record.id,
        "name": record.name,
        "state": record.state.value,
        "dataset": record.config.data.dataset,
        **asdict(result),
        "recall": recall,
    }


def _pairs(records: list[RunRecord], judged: Judged) -> list[dict[str, Any]]:
    """Return for each two runs of one dataset who is right where the other is wrong, and how likely by luck."""
    pairs: list[dict[str, Any]] = []
    chances: list[float] = []
    for first, second in combinations([record for record in records if record.id in judged], 2):
        (one, labels), (two, others) = judged[first.id], judged[second.id]
        if first.config.data.dataset == second.config.data.dataset and np.array_equal(labels, others):
            result = compare(one, two, labels)
            counts = {"both": result.both, "neither": result.neither, "p_value": result.p_value}
            only = {"only_first": len(result.only_first), "only_second": len(result.only_second)}
            chances.append(result.p_value)
            pairs.append({"first": first.id, "second": second.id, **only, **counts})
    for pair, adjusted in zip(pairs, holm(chances), strict=True):
        pair["p_value_holm"] = adjusted
    return pairs


def _print(
    records: list[RunRecord], settings: tuple[SettingRow, ...], results: list[RunResult], pairs: list[dict[str, Any]]
) -> None:
    numbers = {record.id: number for number, record in enumerate(records, start=1)}
    for record in records:
        print(f"{numbers[record.id]:3}  {record.id}  {name_of(record)} ({t(STATE_WORDS[record.state])})")
    print("\n" + (t("Settings that differ") if settings else t("Settings that differ: none")))
    for row in settings:
        print(f"  {row.title}")
        for number, value in enumerate(row.values, start=1):
            print(f"{number:5}  {value}")
    print("\n" + t("Results"))
    heads = (t("accuracy"), t("95% interval"), t("loss"), t("seconds"), t("images/s"), t("parameters"), "model.onnx")
    print("     " + "".join(right(head, 20 if index == 1 else 12) for index, head in enumerate(heads)))
    for number, result in enumerate(results, start=1):
        interval = (
            "–" if result.low is None else f"{t.number(result.low, '.4f')} – {t.number(result.high or 0.0, '.4f')}"
        )
        print(
            f"{number:3}  {_cell(result.accuracy, '.4f')}{interval:>20}{_cell(result.loss, '.4f')}"
            f"{_cell(result.seconds, '.1f')}{_cell(result.images_per_second, ',.0f')}{_cell(result.parameters, ',')}"
            f"{_cell(result.onnx_bytes, ',')}"
        )
    if pairs:
        print("\n" + t("Only one of two is right (test images), and how often chance alone parts two equals so far"))
    for pair in pairs:
        first, second = numbers[pair["first"]], numbers[pair["second"]]
        print(
            t(
                "{a} and {b}: only {a} {only_a:,}, only {b} {only_b:,}, {chance:.2g} of cases",
                a=first,
                b=second,
                only_a=pair["only_first"],
                only_b=pair["only_second"],
                chance=pair["p_value"],
            )
        )


def _cell(value: float | None, number_format: str) -> str:
    return f"{'–' if value is None else t.number(value, number_format):>12}"
