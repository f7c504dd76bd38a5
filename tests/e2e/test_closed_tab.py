"""A tab that is closed ends what was computed for it, in the page's own thread and in the background."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from playwright.sync_api import BrowserContext, expect

from mnist_core.store import RunRecord, Store
from tests.serving import running_server
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e
_LOOK = 2.0  # seconds over which the processor's use is measured


def write_slow_network(path: Path, steps: int) -> None:
    """Write a network of so many convolutions, half a millisecond each for a picture."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    constants = {
        "planes": np.array([-1, 1, 28, 28], np.int64),
        "flat": np.array([-1, 784 * 64], np.int64),
        "first": np.zeros((64, 1, 3, 3), np.float32),
        "kernel": np.zeros((64, 64, 3, 3), np.float32),
        "dense": np.zeros((784 * 64, 10), np.float32),
    }
    nodes = [helper.make_node("Reshape", ["image", "planes"], ["x"])]
    nodes.append(helper.make_node("Conv", ["x", "first"], ["c0"], pads=[1] * 4))
    for number in range(steps):
        nodes.append(helper.make_node("Conv", [f"c{number}", "kernel"], [f"c{number + 1}"], pads=[1] * 4))
    nodes.append(helper.make_node("Reshape", [f"c{steps}", "flat"], ["y"]))
    nodes.append(helper.make_node("MatMul", ["y", "dense"], ["scores"]))
    nodes.append(helper.make_node("Softmax", ["scores"], ["said"], axis=1))
    graph = helper.make_graph(
        nodes,
        "slow",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 28, 28])],
        [helper.make_tensor_value_info("said", TensorProto.FLOAT, ["n", 10])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8), path)


def test_nothing_is_computed_any_more_once_the_tab_is_closed(
    store: Store, finished_run: Callable[..., RunRecord], visitor: BrowserContext
) -> None:
    page_s, background_s = (finished_run(owner="me", name=name) for name in ("Very slow", "Slow"))
    write_slow_network(store.files(page_s.id).onnx, 300)  # minutes in the page's own thread
    write_slow_network(store.files(background_s.id).onnx, 100)  # minutes in the background
    with running_server(store.settings.home, MNIST_LAB_WARM_SPARE="0") as server:
        process = psutil.Process(server.process.pid)

        def use() -> float:
            """Return how much of a core the server takes."""
            before = sum(process.cpu_times()[:2])
            time.sleep(_LOOK)
            return (sum(process.cpu_times()[:2]) - before) / _LOOK

        def is_idle() -> bool:
            return use() < 0.1

        for record, at_work in ((page_s, "Rotation (degrees)"), (background_s, "The networks read")):
            page = visitor.new_page()
            page.goto(f"{server.url}/robustness?run={record.id}")
            expect(page.get_by_text(at_work).first).to_be_visible()
            page.close()
            wait_until(is_idle, 60, "an idle server")
