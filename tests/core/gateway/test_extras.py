"""What pages can do without: counted as messages of their visitor, and left out first while the server is busy."""

import asyncio
from collections.abc import Callable

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from mnist_core.gateway import VISITOR_COOKIE
from tests.core.gateway.conftest import Answer, Lab

MakeLab = Callable[..., Lab]
EXTRA = "lab/extra"


async def answered(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("ok")(scope, receive, send)


@pytest.fixture
def lab(make_lab: MakeLab) -> Lab:
    return make_lab(site={"extras": {EXTRA: answered}}, messages_per_second=10)


@pytest.fixture
def slow_lab(make_lab: MakeLab) -> Lab:
    """Return a lab that lets so little through that no test runs slowly enough to be let through."""
    return make_lab(site={"extras": {EXTRA: answered}}, messages_per_second=1)


def ask(lab: Lab, visitor: str = "a", **more: object) -> Answer:
    cookie = {"Cookie": f"{VISITOR_COOKIE}={visitor:x<32}"} if visitor else {}
    return lab.ask("POST", f"/{EXTRA}", headers=cookie, **more)


def test_who_asks_for_no_more_than_messages_may_be_sent_is_answered(lab: Lab) -> None:
    assert {ask(lab).status for _ in range(20)} == {200}


def test_a_flood_of_one_visitor_is_refused_and_another_one_s_answer_comes(slow_lab: Lab) -> None:
    answers = [ask(slow_lab) for _ in range(100)]
    assert [answer.status for answer in answers].count(429) > 50
    assert answers[-1]["retry-after"] == "1"
    assert ask(slow_lab, "b").status == 200


def test_a_refused_visitor_owes_nothing(lab: Lab) -> None:
    for _ in range(1000):
        ask(lab)
    assert lab.gateway._sockets.visitors.of(next(iter(lab.gateway._sockets.visitors._buckets))).wait() < 0.2


def test_a_class_of_40_behind_one_address_is_let_through(lab: Lab) -> None:
    assert {ask(lab, f"pupil{n}").status for n in range(40) for _ in range(10)} == {200}


def test_without_cookies_an_address_shares(slow_lab: Lab) -> None:
    assert 429 in {ask(slow_lab, "").status for _ in range(100)}
    assert ask(slow_lab, "", client=("203.0.113.8", 1)).status == 200


def test_a_busy_server_leaves_them_out_and_serves_pages(lab: Lab) -> None:
    lab.gateway._sockets.pulse._busy_for = 1
    answer = ask(lab)
    assert (answer.status, answer["retry-after"]) == (503, "3")
    assert lab.get("/train").status == 200


def test_one_address_leaves_places_for_others(make_lab: MakeLab) -> None:
    async def run() -> tuple[int, int]:
        """Let an address ask 100 times at once, each slowly; then another one once."""
        gate = asyncio.Event()

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            await gate.wait()
            await answered(scope, receive, send)

        lab = make_lab(site={"extras": {EXTRA: slow}})
        many = [asyncio.create_task(_status(lab, f"v{n}", "203.0.113.7")) for n in range(100)]
        other = asyncio.create_task(_status(lab, "other", "203.0.113.8"))
        await asyncio.sleep(0)
        gate.set()
        return [await task for task in many].count(503), await other

    refused, other = asyncio.run(run())
    assert refused == 36
    assert other == 200


async def _status(lab: Lab, visitor: str, address: str) -> int:
    headers = {"Cookie": f"{VISITOR_COOKIE}={visitor:x<32}"}
    return (await lab._ask("POST", f"/{EXTRA}", headers, {"client": (address, 1)})).status
