"""Cookie, addresses, hosts, origins and headers."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from mnist_core.gateway import VISITOR_COOKIE
from tests.core.gateway.conftest import XSRF, Answer, Lab

MakeLab = Callable[..., Lab]
KNOWN = {"Cookie": f"{VISITOR_COOKIE}=" + "a" * 32}


# the cookie


def test_a_new_visitor_gets_a_cookie_that_no_cache_keeps(lab: Lab) -> None:
    answer = lab.get("/train")
    assert answer["set-cookie"].startswith(f"{VISITOR_COOKIE}=")
    assert "; Path=/; " in answer["set-cookie"]
    assert "HttpOnly" in answer["set-cookie"]
    assert "Secure" not in answer["set-cookie"]
    assert answer["cache-control"] == "private, no-store"


def test_a_known_visitor_keeps_the_cookie(lab: Lab) -> None:
    answer = lab.get("/train", headers=KNOWN)
    assert answer.get("set-cookie") is None
    assert answer["cache-control"] == "no-cache"


@pytest.mark.parametrize("value", ["", "a", "a" * 31, "ä" * 32, "a" * 500, '"; Path=/'])
def test_what_is_no_cookie_of_ours_is_replaced(lab: Lab, value: str) -> None:
    assert lab.get("/", headers={"Cookie": f"{VISITOR_COOKIE}={value}"}).get("set-cookie")


def test_a_page_that_the_browser_has_already_still_brings_a_cookie(lab: Lab) -> None:
    answer = lab.get("/", headers={"If-None-Match": '"1"', "If-Modified-Since": "Fri, 27 Nov 2026 10:00:00 GMT"})
    assert answer.status == 200
    assert answer.get("set-cookie")
    assert answer.get("etag") is None
    assert not {name for name, _ in lab.reached[0]["headers"]} & {b"if-none-match", b"if-modified-since"}


@pytest.mark.parametrize("more", [{"scheme": "https"}, {"headers": {"X-Forwarded-Proto": "https"}}])
def test_over_https_the_cookie_is_secure(lab: Lab, more: dict[str, object]) -> None:
    assert lab.get("/", **more)["set-cookie"].endswith("; Secure")


def test_nothing_but_a_page_brings_a_cookie(lab: Lab) -> None:
    for path in ("/lab/health", "/_stcore/health", "/nonsense"):
        assert VISITOR_COOKIE not in (lab.get(path).get("set-cookie") or "")


# what there is


@pytest.mark.parametrize("path", ["/nonsense", "/lab/nonsense", "/static/js/x.js", "/train/more", "/favicon"])
def test_what_is_not_there_is_not_found(lab: Lab, path: str) -> None:
    answer = lab.get(path, headers={"Accept": "text/html"})
    assert answer.status == 404
    assert b'<a href="/">Home</a>' in answer.body
    assert lab.get(path).body == b"There is no such page here.\n"


@pytest.mark.parametrize("path", ["/", "/train", "/draw?run=1"])
def test_pages_are_there(lab: Lab, path: str) -> None:
    assert lab.get(path).status == 200


@pytest.mark.parametrize("taken", [False, True])  # whether a proxy takes the prefix away
def test_below_a_base_path_everything_is_below_it(make_lab: MakeLab, taken: bool) -> None:
    lab = make_lab(site={"base_path": "x"})
    begin = "" if taken else "/x"
    answer = lab.get(f"{begin}/train")
    assert answer.status == 200
    assert "; Path=/x; " in answer["set-cookie"]
    assert lab.get(f"{begin}/").status == 200
    assert lab.get(f"{begin}/lab/health").body == b"{}"
    assert [scope["path"] for scope in lab.reached] == ["/x/train", "/x/", "/x/lab/health"]
    assert lab.get(f"{begin}/nonsense").status == 404


def test_a_name_that_begins_as_the_base_path_is_not_it(make_lab: MakeLab) -> None:
    assert make_lab(site={"base_path": "/x/"}).get("/xy").status == 404


def test_a_trusted_proxys_prefix_is_the_cookies_path(make_lab: MakeLab) -> None:
    headers = {"X-Forwarded-Prefix": "/lab"}
    assert "; Path=/lab; " in make_lab(trusted_proxies="203.0.113.0/24").get("/", headers=headers)["set-cookie"]
    assert "; Path=/; " in make_lab().get("/", headers=headers)["set-cookie"]


def test_figures_about_sessions_are_shown_where_a_setting_says_so(make_lab: MakeLab) -> None:
    assert make_lab().get("/_stcore/metrics").status == 404
    assert make_lab(metrics=True).get("/_stcore/metrics").status == 200


# hosts and origins


def test_only_allowed_names_are_answered(make_lab: MakeLab) -> None:
    lab = make_lab(allowed_hosts="lab.example.org, *.school.org")
    for host, status in [
        ("lab.example.org", 200),
        ("LAB.example.org:8501", 200),
        ("a.school.org", 200),
        ("school.org", 421),
        ("evil.org", 421),
        ("lab.example.org.evil.org", 421),
    ]:
        assert lab.get("/", headers={"Host": host}).status == status, host
    assert lab.get("/lab/health", headers={"Host": "127.0.0.1"}).status == 200  # for whoever starts the server


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("lab:8501", None, 200),
        ("lab:8501", "http://lab:8501", 200),
        ("lab:8501", "http://lab:8502", 403),
        ("lab:8501", "http://lab", 403),
        ("lab", "http://lab", 200),
        ("lab", "https://lab", 200),  # a proxy speaks HTTPS
        ("lab", "http://lab:80", 200),
        ("lab", "http://lab:8080", 403),
        ("LAB:8501", "http://lab:8501", 200),
        ("127.0.0.1:8501", "http://localhost:8501", 403),
        ("lab:8501", "null", 403),
        ("lab:8501", "file://", 403),
        ("lab:8501", "http://lab:port", 403),
        ("lab:8501", "http://lab:8501@evil.org", 403),
        ("[::1]:8501", "http://[::1]:8501", 200),
    ],
)
def test_a_page_acts_for_a_visitor_at_its_own_host_and_port_only(
    lab: Lab, host: str, origin: str | None, status: int
) -> None:
    headers = {"Host": host, "Content-Length": "10"} | ({"Origin": origin} if origin else {})
    assert lab.ask("PUT", "/_stcore/upload_file/session/file", headers=headers).status == status


def test_behind_https_a_page_without_it_may_not_act(lab: Lab) -> None:
    headers = {"Host": "lab", "Origin": "http://lab", "X-Forwarded-Proto": "https", "Content-Length": "10"}
    assert lab.ask("PUT", "/_stcore/upload_file/session/file", headers=headers).status == 403


def test_other_sites_may_act_where_streamlits_settings_allow_them(make_lab: MakeLab) -> None:
    headers = {"Origin": "https://school.org", "Content-Length": "10"}
    for origins, status in [(frozenset(), 403), (frozenset({"https://school.org"}), 200), (None, 200)]:
        lab = make_lab(site={"origins": origins})
        assert lab.ask("PUT", "/_stcore/upload_file/session/file", headers=headers).status == status


# headers


def test_a_pages_policy_allows_its_own_inline_scripts_and_nothing_from_elsewhere(lab: Lab) -> None:
    answer = lab.get("/")
    policy = dict(part.split(" ", 1) for part in answer["content-security-policy"].split("; "))
    scripts = [text.split("</script>")[0] for text in answer.body.decode().split("<script>")[1:]]
    assert len(scripts) == 2
    for script in scripts:
        assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy["script-src"]
    assert "'unsafe-inline'" not in policy["script-src"]
    assert policy["object-src"] == "'none'"
    assert "ws://lab:8501" in policy["connect-src"]
    assert answer["content-length"] == str(len(answer.body))


def test_a_host_writes_nothing_else_into_the_policy(lab: Lab) -> None:
    assert "evil" not in lab.get("/", headers={"Host": "lab; script-src evil"})["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/lab/health", "/nonsense"])
def test_every_answer_carries_protective_headers(lab: Lab, path: str) -> None:
    answer = lab.get(path)
    assert answer["x-content-type-options"] == "nosniff"
    assert answer["x-frame-options"] == "SAMEORIGIN"


def test_the_clients_address_reaches_the_pages_in_a_header_that_nobody_else_writes(make_lab: MakeLab) -> None:
    lab = make_lab(trusted_proxies="203.0.113.7")
    lab.get("/", headers={"X-Forwarded-For": "1.1.1.1, 198.51.100.9", "X-Mnist-Lab-Address": "9.9.9.9"})
    seen = [value for name, value in lab.reached[0]["headers"] if name == b"x-mnist-lab-address"]
    assert seen == [b"198.51.100.9"]


# frames of other sites

FRAMED = {"frame_ancestors": "https://school.org, https://*.hf.space"}
SECURE = {"scheme": "https"}


def frames_of(answer: Answer) -> str:
    return next(part for part in answer["content-security-policy"].split("; ") if part.startswith("frame-ancestors"))


@pytest.mark.parametrize("path", ["/", "/lab/health", "/nonsense"])
def test_nobody_else_shows_a_page_in_a_frame_unless_a_setting_names_them(make_lab: MakeLab, path: str) -> None:
    assert frames_of(make_lab().get(path)) == "frame-ancestors 'self'"
    answer = make_lab(**FRAMED).get(path)
    assert frames_of(answer) == "frame-ancestors 'self' https://school.org https://*.hf.space"
    assert answer.get("x-frame-options") is None  # it can't name other sites


def test_in_frames_cookies_are_those_of_the_site_around(make_lab: MakeLab) -> None:
    cookie = make_lab(**FRAMED).get("/", **SECURE)["set-cookie"]
    assert cookie.endswith("; HttpOnly; SameSite=None; Secure; Partitioned")
    assert "SameSite=Lax; Secure" in make_lab().get("/", **SECURE)["set-cookie"]


def test_streamlits_cookie_against_forged_uploads_goes_along(make_lab: MakeLab) -> None:
    lab = make_lab(**FRAMED)
    (theirs,) = [value for name, value in lab.get("/_stcore/health", **SECURE).headers if name == "set-cookie"]
    assert theirs == "_streamlit_xsrf=2|a|b|1; Path=/; SameSite=None; Secure; Partitioned"
    assert lab.get("/_stcore/health")["set-cookie"] == XSRF


def test_without_https_the_cookie_stays_as_it_was_and_the_log_says_once_what_is_missing(
    make_lab: MakeLab, caplog: pytest.LogCaptureFixture
) -> None:
    lab = make_lab(**FRAMED)
    for _ in range(3):
        assert lab.get("/")["set-cookie"].endswith("; HttpOnly; SameSite=Lax")
    assert [record.message[:27] for record in caplog.records] == ["MNIST_LAB_FRAME_ANCESTORS i"]
    lab = make_lab()
    lab.get("/")
    assert len(caplog.records) == 1


@pytest.mark.parametrize("text", ["school.org", "https://a.org; script-src *", "https://school.org/path", "'none'"])
def test_what_is_no_site_is_refused_at_the_start(make_lab: MakeLab, text: str) -> None:
    with pytest.raises(ValidationError, match=r"https://school\.org"):
        make_lab(frame_ancestors=text)


# other programs' pages in frames of ours


def test_what_lies_below_a_frames_path_is_its_programs_own_and_still_shown_by_nobody_else(make_lab: MakeLab) -> None:
    async def board(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/html"), (b"content-security-policy", b"default-src 'self'")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    for prefix in ("", "lab"):
        lab = make_lab(site={"frames": {"lab/board": board}, "base_path": prefix})
        path = f"{'/' if prefix else ''}{prefix}/lab/board/secret/"
        answer = lab.get(path)
        assert (answer.status, answer.body.decode()) == (200, path), (
            "its HTML is not taken for a page that is not there"
        )
        assert answer["content-security-policy"] == "default-src 'self'; frame-ancestors 'self'"
        assert answer["x-frame-options"] == "SAMEORIGIN"
        assert lab.ask("POST", path, headers={"Origin": "https://evil.example"}).status == 403
        assert lab.get(path.replace("board", "boards")).status == 404
