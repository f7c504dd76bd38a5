"""What this computer has to train with."""

import os
import sys
from types import SimpleNamespace

import pytest

from mnist_core.system import cards, control_groups, devices


@pytest.fixture(autouse=True)
def no_cards(monkeypatch, tmp_path):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    (tmp_path / "dev").mkdir()
    monkeypatch.setattr(cards, "_DEV", tmp_path / "dev")
    monkeypatch.setitem(sys.modules, "pynvml", None)  # the driver can't be asked
    cards._driver_cards.cache_clear()
    monkeypatch.setattr(control_groups, "_ROOT", tmp_path)
    monkeypatch.setattr(control_groups, "_OWN", tmp_path / "own")
    return tmp_path


@pytest.fixture
def cores(monkeypatch):
    def have(number):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(number)), raising=False)

    return have


@pytest.mark.parametrize(("number", "slots"), [(1, 1), (2, 1), (3, 1), (4, 2), (16, 8)])
def test_without_a_card_two_cores_make_a_slot(cores, number, slots):
    cores(number)
    assert devices.default_slots() == slots


def test_each_card_makes_a_slot(no_cards, cores):
    cores(16)
    for name in ("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "null"):
        (no_cards / "dev" / name).touch()
    assert devices.gpu_ids() == ["0", "1"]
    assert devices.default_slots() == 2


@pytest.mark.parametrize(
    ("visible", "expected"), [("", []), ("-1", []), ("2", ["2"]), ("1, GPU-abc", ["1", "GPU-abc"])]
)
def test_only_cards_that_may_be_used_count(no_cards, monkeypatch, visible, expected):
    (no_cards / "dev" / "nvidia0").touch()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert devices.gpu_ids() == expected


@pytest.mark.parametrize(
    ("quota", "expected"), [("200000 100000", 2), ("50000 100000", 1), ("max 100000", 8), ("nonsense", 8)]
)
def test_a_containers_quota_limits_the_cores(no_cards, cores, quota, expected):
    cores(8)
    (no_cards / "cpu.max").write_text(quota)
    assert devices.usable_cores() == expected


def test_a_containers_limit_is_the_memory(no_cards):
    everything = devices.total_memory()
    (no_cards / "memory.max").write_text("1000000000\n")
    assert devices.total_memory() == 1_000_000_000
    (no_cards / "memory.max").write_text("max\n")
    assert devices.total_memory() == everything


def test_what_a_container_uses_is_no_longer_to_be_had_except_for_files_that_are_kept(no_cards):
    assert 0 < devices.available_memory() <= devices.total_memory()
    (no_cards / "memory.max").write_text("1000000")
    (no_cards / "memory.current").write_text("700000")
    (no_cards / "memory.stat").write_text("anon 500000\nfile 200000\ninactive_file 100000\n")
    assert devices.available_memory() == 400_000


@pytest.mark.parametrize(
    ("own", "folder"),
    [
        ("0::/lab.slice/lab.service\n", "lab.slice/lab.service"),  # of systemd
        ("0::/lab.slice/lab.service\n", "lab.slice"),
        ("9:cpu,cpuacct:/\n4:memory:/docker/1a2b\n0::/\n", "memory/docker/1a2b"),  # of version 1
        ("4:memory:/docker/1a2b\n", "memory"),  # seen from inside of the container
        ("0::/../../elsewhere\n", ""),
    ],
)
def test_the_limits_of_every_group_around_count_of_both_versions(no_cards, own, folder):
    (no_cards / "own").write_text(own)
    group = no_cards / folder
    group.mkdir(parents=True, exist_ok=True)
    most, used = ("limit_in_bytes", "usage_in_bytes") if "memory" in folder else ("max", "current")
    (group / f"memory.{most}").write_text("1000000\n")
    (group / f"memory.{used}").write_text("700000\n")
    (group / "memory.stat").write_text("inactive_file 1\ntotal_inactive_file 100000\n")
    assert devices.total_memory() == 1_000_000
    assert devices.available_memory() == 400_000


def test_a_quota_of_version_1_limits_the_cores(no_cards, cores):
    cores(8)
    (no_cards / "cpu").mkdir()
    (no_cards / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    for quota, expected in (("-1", 8), ("200000", 2)):
        (no_cards / "cpu" / "cpu.cfs_quota_us").write_text(quota)
        assert devices.usable_cores() == expected


def test_a_worker_may_take_its_share_of_four_fifths_or_what_is_set(no_cards):
    (no_cards / "memory.max").write_text("10000000000")
    assert devices.memory_limit_mb(None, 2) == pytest.approx(4000)
    assert devices.memory_limit_mb(1234, 2) == 1234


def test_without_devices_to_look_at_there_is_no_card(monkeypatch, tmp_path):
    monkeypatch.setattr(cards, "_DEV", tmp_path / "nowhere")
    assert devices.gpu_ids() == []


# cards whose driver answers


@pytest.fixture
def driver(monkeypatch):
    """Return a function that installs a driver's library which knows two cards, or one that does not answer."""

    def install(works=True):
        def init():
            if not works:
                raise RuntimeError("Driver/library version mismatch")

        cards_there = ["GPU-aaa", "GPU-bbb"]
        sizes = {"GPU-aaa": 80 * 2**30, "GPU-bbb": 40 * 2**30}
        library = SimpleNamespace(
            nvmlInit=init,
            nvmlShutdown=lambda: None,
            nvmlDeviceGetCount=lambda: len(cards_there),
            nvmlDeviceGetHandleByIndex=lambda number: cards_there[number],
            nvmlDeviceGetHandleByUUID=lambda id: cards_there[cards_there.index(id)],
            nvmlDeviceGetUUID=lambda handle: handle,
            nvmlDeviceGetName=lambda handle: f"Card {handle[-1]}",
            nvmlDeviceGetMemoryInfo=lambda handle: SimpleNamespace(total=sizes[handle], used=2**30),
            nvmlDeviceGetUtilizationRates=lambda handle: SimpleNamespace(gpu=63),
        )
        monkeypatch.setitem(sys.modules, "pynvml", library)
        cards._driver_cards.cache_clear()

    yield install
    cards._driver_cards.cache_clear()


def test_a_driver_tells_the_cards_their_names_and_memory(driver):
    driver()
    assert devices.gpu_ids() == ["GPU-aaa", "GPU-bbb"]
    assert [card.name for card in cards.usable_cards()] == ["Card a", "Card b"]
    assert devices.card_memory() == 40 * 2**30
    assert devices.default_slots() == 2
    assert cards.why_no_card() is None


@pytest.mark.parametrize(
    ("visible", "expected"),
    [("1", ["1"]), ("GPU-b", ["GPU-bbb"]), ("7", []), ("0,7", ["0"]), ("GPU-x", []), ("MIG-x", ["MIG-x"]), ("", [])],
)
def test_a_card_that_is_named_and_not_there_does_not_count(driver, monkeypatch, visible, expected):
    driver()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert devices.gpu_ids() == expected
    if visible in ("7", "GPU-x"):
        assert visible in cards.why_no_card()


def test_a_driver_that_does_not_answer_leaves_the_processor_and_is_told(driver, no_cards, cores):
    cores(8)
    (no_cards / "dev" / "nvidia0").touch()
    driver(works=False)
    assert devices.gpu_ids() == []
    assert devices.default_slots() == 4
    assert "driver" in cards.why_no_card()
    assert cards.card_use("0") is None


def test_what_a_card_is_doing_is_told(driver):
    driver()
    assert cards.card_use("GPU-bbb") == cards.CardUse(busy=0.63, used=2**30, memory=40 * 2**30)
    assert cards.card_use("1") == cards.card_use("GPU-bbb")
    assert cards.card_use("GPU-gone") is None
