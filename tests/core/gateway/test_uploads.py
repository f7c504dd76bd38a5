"""Files that visitors upload: what is held, what makes room, what is refused."""

from collections.abc import Callable

import pytest

from mnist_core.gateway import VISITOR_COOKIE
from tests.core.gateway.conftest import Lab

MakeLab = Callable[..., Lab]


def put(
    lab: Lab, session: str, file: str, megabytes: float, visitor: str | None = None, address: str = "1.1.1.1"
) -> int:
    headers = {"Content-Length": str(int(megabytes * 10**6))}
    if visitor:
        headers["Cookie"] = f"{VISITOR_COOKIE}={visitor * 32}"
    path = f"/_stcore/upload_file/{session}/{file}"
    return lab.ask("PUT", path, headers=headers, client=(address, 1)).status


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH"])
def test_where_uploads_are_off_nothing_can_be_uploaded(make_lab: MakeLab, method: str) -> None:
    lab = make_lab(uploads=False)
    answer = lab.ask(method, "/_stcore/upload_file/session/file", headers={"Content-Length": "1"})
    assert (answer.status, answer.body) == (403, b"Uploads are switched off here.\n")
    assert not lab.reached


def test_also_below_a_base_path(make_lab: MakeLab) -> None:
    lab = make_lab(site={"base_path": "x"}, uploads=False)
    for path in ("/x/_stcore/upload_file/session/file", "/_stcore/upload_file/session/file"):
        assert lab.ask("PUT", path, headers={"Content-Length": "1"}).status == 403


def test_a_file_of_unknown_length_is_refused(lab: Lab) -> None:
    assert lab.ask("PUT", "/_stcore/upload_file/session/file").status == 411
    assert lab.ask("PUT", "/_stcore/upload_file/session/file", headers={"Content-Length": "-1"}).status == 411


def test_newer_files_of_a_visitor_replace_the_oldest_in_all_of_the_visitors_pages(make_lab: MakeLab) -> None:
    lab = make_lab(visitor_uploads_mb=100)
    for number in range(40):  # in one page and in another
        assert put(lab, f"page{number % 2}", f"file{number}", 45, visitor="a") == 200
    assert lab.files.stored == {("page0", "file38"): 45 * 10**6, ("page1", "file39"): 45 * 10**6}


def test_a_page_without_a_cookie_is_a_visitor_of_its_own(make_lab: MakeLab) -> None:
    lab = make_lab(visitor_uploads_mb=50)
    assert put(lab, "one", "file", 45) == put(lab, "two", "file", 45) == 200
    assert put(lab, "one", "other", 45) == 200
    assert set(lab.files.stored) == {("two", "file"), ("one", "other")}


def test_one_address_never_fills_the_memory_for_others(make_lab: MakeLab) -> None:
    lab = make_lab(total_uploads_mb=400, visitor_uploads_mb=100)
    answers = [put(lab, f"page{number}", "file", 45) for number in range(10)]
    assert answers == [200] * 4 + [503] * 6
    assert put(lab, "another", "file", 45, address="2.2.2.2") == 200


def test_files_of_closed_pages_make_room(make_lab: MakeLab) -> None:
    lab = make_lab(total_uploads_mb=100)
    assert put(lab, "one", "file", 45) == 200
    assert put(lab, "two", "file", 45) == 503
    lab.files.closed.add("one")
    assert put(lab, "two", "file", 45) == 200
    assert set(lab.files.stored) == {("two", "file")}


def test_a_file_larger_than_a_visitor_may_have_is_refused(make_lab: MakeLab) -> None:
    lab = make_lab(visitor_uploads_mb=10)
    assert put(lab, "page", "small", 5) == 200
    assert put(lab, "page", "large", 11) == 429
    assert set(lab.files.stored) == {("page", "small")}


def test_a_file_that_is_too_large_is_refused_with_its_limit_before_any_of_it_is_read(make_lab: MakeLab) -> None:
    lab = make_lab(site={"upload_mb": 50})
    answer = lab.ask("PUT", "/_stcore/upload_file/session/file", headers={"Content-Length": str(60 * 2**20)})
    assert (answer.status, answer.body) == (413, b"This file has 60 MB; at most 50 MB can be uploaded here.\n")
    assert not lab.reached
    assert put(lab, "session", "file", 52.4) == 200  # 50 MB, with what a browser adds


def test_one_visitor_uploads_sixty_at_once_and_then_one_a_second(lab: Lab) -> None:
    answers = [put(lab, "page", f"file{number}", 0.001, visitor="a") for number in range(70)]
    assert set(answers[:60]) == {200}
    assert 429 in answers[60:]
    assert put(lab, "other", "file", 0.001, visitor="b") == 200


def test_a_class_of_40_uploads_six_each_and_thrown_away_cookies_no_more(lab: Lab) -> None:
    answers = [put(lab, f"page{n}", f"file{n}", 0.001, visitor=chr(97 + n % 20)) for n in range(240)]
    assert set(answers) == {200}
    assert 429 in [put(lab, f"new{n}", "file", 0.001) for n in range(60)]
    assert put(lab, "elsewhere", "file", 0.001, address="2.2.2.2") == 200
