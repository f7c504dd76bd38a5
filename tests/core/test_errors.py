import pytest

from mnist_core import errors
from mnist_core.errors import MnistLabError

ALL = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, MnistLabError)]


def test_the_message_is_the_template_filled_in():
    error = errors.ConfigError("{name} is wrong. Received: {value}", name="epochs", value=0)
    assert str(error) == "epochs is wrong. Received: 0"
    assert error.template == "{name} is wrong. Received: {value}"
    assert error.values == {"name": "epochs", "value": 0}


def test_braces_in_values_stay_as_they_are():
    assert str(MnistLabError("{text}", text="{x}")) == "{x}"


@pytest.mark.parametrize(
    ("ours", "builtin"),
    [
        (errors.ConfigError, ValueError),
        (errors.DownloadError, OSError),
        (errors.StorageError, OSError),
        (errors.RunNotFoundError, KeyError),
        (errors.NotOwnerError, PermissionError),
        (errors.ArtifactMissingError, FileNotFoundError),
        (errors.TrainingDivergedError, ArithmeticError),
        (errors.ImageError, ValueError),
    ],
)
def test_callers_can_catch_the_builtin_they_would_expect(ours, builtin):
    with pytest.raises(builtin):
        raise ours("no")


def test_messages_of_key_errors_are_not_quoted():
    assert str(errors.RunNotFoundError("There is no run {run_id}.", run_id="x")) == "There is no run x."


def test_every_error_has_a_code_of_its_own():
    codes = [error.code for error in ALL]
    assert len(set(codes)) == len(codes)
