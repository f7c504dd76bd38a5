"""The NVIDIA cards of this computer, asked through their driver (NVML) where its library is installed.

Knows no Keras: what a backend can really use is found out by the worker that tries (`mnist_core.training.device`).
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_DEV = Path("/dev")


@dataclass(frozen=True)
class Card:
    """A graphics card.

    Attributes
    ----------
    id : str
        As for ``CUDA_VISIBLE_DEVICES``.
    name : str
        Empty where the driver can't be asked.
    memory : int or None
        In bytes; None where the driver can't be asked.
    """

    id: str
    name: str = ""
    memory: int | None = None


@dataclass(frozen=True)
class CardUse:
    """What a card is doing, for all programs together.

    Attributes
    ----------
    busy : float
        Share of the last moment in which it calculated, 0 to 1.
    used, memory : int
        Bytes of its memory that are taken, and all of them.
    """

    busy: float
    used: int
    memory: int

    @property
    def gigabytes(self) -> dict[str, float]:
        """Taken and whole memory as cards are sold: in units of 2 to the power of 30."""
        return {"used": self.used / 2**30, "memory": self.memory / 2**30}


def usable_cards() -> tuple[Card, ...]:
    """Return the cards that may be used: all, or those of ``CUDA_VISIBLE_DEVICES`` that are there."""
    there = _driver_cards()
    if there is None:  # nobody can be asked: those whose files are there, or all that are named
        there = _cards_by_file()
        return there if (named := _named()) is None else tuple(Card(name) for name in named)
    if (named := _named()) is None:
        return there
    return tuple(card for name in named if (card := _find(name, there)) is not None)


def why_no_card() -> str | None:
    """Return why no card can be used though one was asked for, or is there; None where all is as it should be."""
    if usable_cards():
        return None
    if named := _named():
        return f"CUDA_VISIBLE_DEVICES names no graphics card that can be used here: {','.join(named)}"
    if named is None and _cards_by_file():
        return "there is a graphics card, but its driver does not answer"
    return None


def card_use(id: str) -> CardUse | None:
    """Return what a card is doing now, or None where that can't be found out; takes some milliseconds."""
    with suppress(Exception), _nvml() as nvml:  # a driver may go at any time, and raises a class for each reason
        handle = _handle(nvml, id)
        memory = nvml.nvmlDeviceGetMemoryInfo(handle)
        busy = nvml.nvmlDeviceGetUtilizationRates(handle).gpu / 100
        return CardUse(busy, int(memory.used), int(memory.total))
    return None


@lru_cache(maxsize=1)
def _driver_cards() -> tuple[Card, ...] | None:
    """Return all cards that the driver knows, by their unique ids; None without its library."""
    try:
        import pynvml  # noqa: F401
    except ImportError:
        return None
    try:
        with _nvml() as nvml:
            return tuple(_card(nvml, number) for number in range(nvml.nvmlDeviceGetCount()))
    except Exception:  # no driver, a broken one, or one of another version
        return ()


def _card(nvml: Any, number: int) -> Card:
    handle = nvml.nvmlDeviceGetHandleByIndex(number)
    return Card(
        nvml.nvmlDeviceGetUUID(handle), nvml.nvmlDeviceGetName(handle), int(nvml.nvmlDeviceGetMemoryInfo(handle).total)
    )


@contextmanager
def _nvml() -> Iterator[Any]:
    import pynvml

    pynvml.nvmlInit()
    try:
        yield pynvml
    finally:
        pynvml.nvmlShutdown()


def _handle(nvml: Any, id: str) -> Any:
    return nvml.nvmlDeviceGetHandleByIndex(int(id)) if id.isdecimal() else nvml.nvmlDeviceGetHandleByUUID(id)


def _cards_by_file() -> tuple[Card, ...]:
    with suppress(OSError):
        found = (re.fullmatch(r"nvidia(\d+)", path.name) for path in _DEV.iterdir())
        return tuple(Card(number) for number in sorted(match[1] for match in found if match))
    return ()


def _named() -> list[str] | None:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return None
    return [name.strip() for name in visible.split(",") if name.strip() not in ("", "-1")]


def _find(name: str, there: tuple[Card, ...]) -> Card | None:
    """Return the card of a number, or of the beginning of a unique id; a part of a card counts as it is named."""
    if name.isdecimal():
        number = int(name)
        return Card(name, there[number].name, there[number].memory) if number < len(there) else None
    if name.startswith("MIG-"):
        return Card(name) if there else None
    return next((card for card in there if card.id.startswith(name)), None)
