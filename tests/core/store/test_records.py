import pytest

from mnist_core.store import RunError, RunState


@pytest.mark.parametrize(
    ("state", "finished", "has_model"),
    [
        ("queued", False, False),
        ("running", False, False),
        ("paused", False, False),
        ("completed", True, True),
        ("stopped", True, True),
        ("failed", True, False),
        ("interrupted", True, False),
    ],
)
def test_a_state_says_whether_it_is_the_end_and_whether_there_is_a_model(state, finished, has_model):
    assert RunState(state).is_finished == finished
    assert RunState(state).has_model == has_model


def test_there_are_no_other_states():
    assert len(RunState) == 7


def test_the_message_of_an_error_is_its_template_filled_in():
    error = RunError(code="diverged", template="Epoch {epoch} failed.", values={"epoch": "3"})
    assert error.message == "Epoch 3 failed."
