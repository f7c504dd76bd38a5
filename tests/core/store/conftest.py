"""The record is tested with both kinds of database; what is about the file itself is marked `sqlite`."""

import pytest

_ABOUT_THE_FILE = ("test_copies", "test_database", "test_artifacts", "test_analyses", "test_records")
_BY_ITSELF = ("test_at_once", "test_postgres")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let each test run with SQLite and with PostgreSQL."""
    of_file = metafunc.module.__name__.rpartition(".")[2] in _ABOUT_THE_FILE + _BY_ITSELF
    if not of_file and not metafunc.definition.get_closest_marker("sqlite"):
        metafunc.parametrize("kind_of_database", ["sqlite", "postgres"], indirect=True)


@pytest.fixture(autouse=True)
def kind_of_database(request: pytest.FixtureRequest) -> str:
    """Return what keeps the records of this test: "sqlite" or "postgres"."""
    kind: str = getattr(request, "param", "sqlite")
    if kind == "postgres":
        request.getfixturevalue("postgres")
    return kind
