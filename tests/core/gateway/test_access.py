"""A line of the log for each request, without who asked and what they typed."""

import json

import pytest

from mnist_core.system import saying


@pytest.fixture
def lines(monkeypatch, capsys):
    monkeypatch.setattr(saying, "_speaks_json", True)
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_no_line_unless_asked_for(lab, lines):
    lab.get("/train")
    assert lines() == []


@pytest.mark.parametrize(
    ("path", "told", "status"),
    [
        ("/train?run=secret", "/train", 200),
        ("/", "/", 200),
        ("/secret", "(other)", 404),
        ("/lab/health", "/lab/health", 200),
        ("/lab/secret", "/lab/…", 404),
        ("/_stcore/upload_file/secret/secret", "/_stcore/upload_file", 411),
        ("/static/js/secret.js", "/static/…", 404),
        ("/_stcore/metrics", "/_stcore/metrics", 404),
    ],
)
def test_a_request_is_told_by_its_kind_and_what_came_of_it(make_lab, lines, path, told, status):
    lab = make_lab(access_log=True)
    lab.get(path, headers={"Cookie": "mnist_lab_visitor=secret", "User-Agent": "secret"})
    (line,) = lines()
    assert (line["event"], line["method"], line["path"], line["status"]) == ("request", "GET", told, status)
    assert line["seconds"] >= 0
    assert "secret" not in json.dumps(line)
    assert "203.0.113.7" not in json.dumps(line)


def test_a_method_that_there_is_not_is_no_text_of_the_log(make_lab, lines):
    make_lab(access_log=True).ask("SECRET", "/train")
    (line,) = lines()
    assert line["method"] == "(other)"
