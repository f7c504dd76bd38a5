"""What visitors and the log are told of errors."""

from streamlit.testing.v1 import AppTest

from mnist_core.errors import DatabaseAwayError, DatabaseServerError, StorageError
from mnist_core.settings import get_settings
from pages._ui.shell.errors import in_words, show_unexpected


def test_a_visitor_sees_no_folder_of_the_server_and_the_log_has_all_of_it(settings, capsys):
    folder = get_settings().home / "runs"
    error = StorageError("The disk is full: {folder} can't take more.", folder=folder)
    assert in_words(error) == "The disk is full: …/runs can't take more."
    assert f"The disk is full: {folder} can't take more." in capsys.readouterr().err


def test_a_visitor_is_not_told_where_the_database_lies_and_the_log_is(settings, capsys):
    for kind, words in ((DatabaseAwayError, "can't be reached"), (DatabaseServerError, "can't be used")):
        error = kind(f"The database {{server}} {words}: {{reason}}.", server="10.1.2.3:5432/lab", reason='user "lab"')
        shown = in_words(error)
        assert words in shown
        assert not [part for part in ("10.1.2.3", "lab") if part in shown]
        assert f'The database 10.1.2.3:5432/lab {words}: user "lab".' in capsys.readouterr().err


def test_the_details_of_a_failed_run_name_no_folder_of_the_server():
    def page() -> None:
        from mnist_core.store import RunError
        from pages._ui.shell.errors import show_run_error

        trace = 'File "/srv/lab/mnist_core/training/fit.py", line 3, in fit\nPermissionError: /srv/lab/x'
        show_run_error(
            RunError(code="storage", template="{reason}", values={"reason": "'/srv/lab/x'"}, traceback=trace)
        )

    app = AppTest.from_function(page).run()
    shown = app.error[0].value + app.code[0].value
    assert "/srv" not in shown
    assert 'File "…/fit.py", line 3' in app.code[0].value


def provoke(value: str) -> Exception:
    try:
        return {}[value]
    except KeyError as error:
        return error


def test_an_error_that_comes_again_is_one_line_of_the_log(capsys):
    show_unexpected(provoke("a choice that there is not"))
    first = capsys.readouterr().err
    assert "Traceback" in first
    assert "a choice that there is not" in first
    show_unexpected(provoke("x" * 100_000))
    again = capsys.readouterr().err
    assert again.startswith("KeyError again at ")
    assert again.count("\n") == 1
    assert len(again) < 1000


def test_the_first_time_is_bounded_too(capsys):
    try:
        raise ValueError("line\n" * 100_000 + "x" * 100_000)
    except ValueError as error:
        show_unexpected(error)
    assert len(capsys.readouterr().err) < 100_000
