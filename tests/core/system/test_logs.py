"""The log as JSON: one object a line, and nothing of what a visitor wrote."""

import json
import logging
import subprocess
import sys

import pytest

from mnist_core.config import RunConfig
from mnist_core.errors import ConfigError
from mnist_core.system import saying
from mnist_core.system.logs import JsonFormatter, as_line
from mnist_core.text import Plural

SECRET = "Anna"


@pytest.fixture
def json_lines(monkeypatch, capsys):
    """Return a function that reads what was written since, as objects."""
    monkeypatch.setattr(saying, "_speaks_json", True)

    def read():
        out, err = capsys.readouterr()
        assert out == ""
        return [json.loads(line) for line in err.splitlines()]

    return read


def raised(error):
    try:
        raise error
    except type(error) as caught:
        return caught


def test_each_kind_of_line_is_one_object_with_time_level_and_message(json_lines):
    saying.say("It\nbegins.")
    saying.complain("A file can't be read.", ValueError(SECRET))
    saying.tell("run_ended", run="a-run", seconds=1.5, why=None)
    saying.tell_error(raised(ValueError(SECRET)), "A page failed.", lines=["text for people"], session="abc")
    said, complained, told, failed = json_lines()
    assert (said["level"], said["message"]) == ("info", "It\nbegins.")
    assert said["time"].endswith("+00:00")
    assert (complained["level"], complained["error"]["type"]) == ("warning", "ValueError")
    assert (told["event"], told["run"], told["seconds"]) == ("run_ended", "a-run", 1.5)
    assert "why" not in told
    assert (failed["level"], failed["session"]) == ("error", "abc")
    assert "test_logs.py" in failed["error"]["traceback"][-1]
    assert SECRET not in json.dumps([complained, failed])


def test_people_read_what_they_read_before(capsys):
    saying.say("It begins.")
    saying.complain("A file can't be read.", ValueError("content"))
    saying.tell("run_ended", run="a-run")
    saying.tell_error(raised(KeyError("x")), "A page failed.")
    out, err = capsys.readouterr()
    assert out == "It begins.\n"
    assert err.startswith("A file can't be read. ValueError('content')\nTraceback (most recent call last):\n")
    assert err.endswith("KeyError: 'x'\n")
    assert "run_ended" not in err


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConfigError("“{name}” was imported.", name=SECRET), "“{name}” was imported."),
        (ConfigError(Plural("{n} run of {who}", "{n} runs of {who}"), n=2, who=SECRET), "{n} runs of {who}"),
        (FileNotFoundError(2, "No such file or directory", f"/{SECRET}"), "No such file or directory"),
        (AttributeError("no attribute x"), "no attribute x"),
        (KeyError(SECRET), None),
        (ValueError(f"could not convert string to float: {SECRET}"), None),
    ],
)
def test_an_error_says_only_what_the_program_itself_wrote(error, words):
    told = json.loads(as_line("error", "It failed.", error=raised(error)))["error"]
    assert told.get("message") == words
    assert SECRET not in json.dumps(told)


def test_the_causes_of_an_error_are_told_as_carefully():
    try:
        try:
            RunConfig.parse({"data": {"dataset": SECRET}})
        except ConfigError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError as error:
        line = as_line("error", "It failed.", error=error)
    told = json.loads(line)["error"]
    assert (told["type"], told["cause"]["type"]) == ("RuntimeError", "ConfigError")
    assert SECRET not in line


@pytest.mark.parametrize(
    ("message", "arguments", "expected"),
    [
        ("Started server process [%d]", (7,), "Started server process [7]"),
        ('%s - "WebSocket %s" [accepted]', ("203.0.113.7:1", "/x"), '%s - "WebSocket %s" [accepted]'),
        ("connection from 203.0.113.7:99 closed", (), "connection from …:99 closed"),
        ("connection from [2001:db8::7]:99 at 12:34:56", (), "connection from […]:99 at 12:34:56"),
        ("Task exception was never retrieved\nfuture: ValueError('Anna')", (), "Task exception was never retrieved"),
        ("%(name)s is here", ({"name": SECRET},), "%(name)s is here"),
    ],
)
def test_what_libraries_say_has_no_address_and_no_text_that_was_filled_in(message, arguments, expected):
    record = logging.LogRecord("uvicorn.error", logging.INFO, "", 0, message, arguments, None)
    told = json.loads(JsonFormatter().format(record))
    assert (told["message"], told["logger"], told["level"]) == (expected, "uvicorn.error", "info")


def test_a_program_that_speaks_json_writes_nothing_else_whatever_ends_it():
    program = (
        "import logging, sys, threading, warnings\n"
        "logging.basicConfig(stream=sys.stdout)\n"
        "from mnist_core.system.saying import speak_json\n"
        "speak_json()\n"
        "logging.getLogger('somebody').warning('a warning')\n"
        "warnings.warn('an old function')\n"
        "thread = threading.Thread(target=lambda: {}['Anna']); thread.start(); thread.join()\n"
        "raise ValueError('Anna')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line.get("error", {}).get("type") for line in lines] == [None, None, "KeyError", "ValueError"]
    assert [line["level"] for line in lines] == ["warning", "warning", "error", "error"]
    assert SECRET not in done.stderr
