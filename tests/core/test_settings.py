from pathlib import Path

import pytest

from mnist_core.errors import ConfigError
from mnist_core.settings import PROFILES, Settings, _below_the_persons_home, get_settings


@pytest.fixture
def clean(monkeypatch):
    monkeypatch.setattr("mnist_core.settings._below_the_persons_home", _below_the_persons_home)
    for name in ("HOME", "KERAS_DIR", "OFFLINE", "WARM_SPARE"):
        monkeypatch.delenv(f"MNIST_LAB_{name}")
    return monkeypatch


def test_every_field_is_described():
    for field in Settings.model_fields.values():
        assert field.description.endswith(".")


def test_without_any_variable_everything_lies_below_the_persons_home(clean):
    settings = get_settings()
    assert settings.home == Path.home() / ".mnist_lab"
    assert settings.keras_dir == Path.home() / ".keras" / "datasets"
    assert settings.data_dir is None
    assert not settings.offline


def test_every_field_can_be_set_by_its_variable(clean):
    values = {
        "home": "/a",
        "data_dir": "/b",
        "keras_dir": "/c",
        "data_url": "http://localhost/",
        "download_retries": "7",
        "offline": "true",
        "slots": "3",
        "warm_spare": "false",
        "stop_patience": "1.5",
        "hang_patience": "2.5",
        "running_per_visitor": "4",
        "queued_per_visitor": "5",
        "max_trials": "9",
        "max_epochs": "6",
        "max_parameters": "7000",
        "max_train_size": "800",
        "max_run_seconds": "9",
        "worker_memory_mb": "1000",
        "film_mb": "7",
        "film_percent": "1.5",
        "tensorboards": "5",
        "visitor_disk_mb": "11",
        "total_disk_mb": "12",
        "share_new_runs": "false",
        "uploads": "false",
        "drawings_per_visitor": "13",
        "admin_token": "a long password",
        "trusted_proxies": "127.0.0.1, 10.0.0.0/8",
        "allowed_hosts": "lab.example.org",
        "public_url": "https://lab.example.org/mnist",
        "max_pages": "14",
        "pages_per_visitor": "15",
        "messages_per_second": "16",
        "message_mb": "17",
        "visitor_uploads_mb": "18",
        "total_uploads_mb": "19",
        "metrics": "true",
        "newcomers": "17",
        "keep_days": "3",
        "backend": "jax",
        "profile": "public",
        "training": "auto",
        "metrics_token": "another password",
        "metrics_port": "9100",
        "metrics_address": "::1",
        "logs": "json",
        "access_log": "true",
        "webhook_url": "https://example.org/x",
        "database_url": "postgresql+psycopg://ada@localhost/lab",
        "database_patience": "21",
        "secret_key": "a third password",
        "files_url": "s3://bucket/prefix",
        "files_endpoint": "http://localhost:9000",
        "files_cache_mb": "22",
        "forget_days": "23",
        "lessons": "/tmp/lessons",
        "frame_ancestors": "https://school.org",
        "engine": "ray",
        "ray_address": "10.0.0.5:6379",
        "ray_cpus": "1.5",
        "ray_gpus": "0.25",
    }
    assert set(values) == set(Settings.model_fields)
    for name, value in values.items():
        clean.setenv(f"MNIST_LAB_{name.upper()}", value)
    settings = get_settings()
    assert (settings.home, settings.data_dir, settings.keras_dir) == (Path("/a"), Path("/b"), Path("/c"))
    assert (settings.download_retries, settings.offline, settings.slots, settings.stop_patience) == (7, True, 3, 1.5)
    assert settings.data_url == "http://localhost/"
    assert settings.admin_token is not None
    assert settings.admin_token.get_secret_value() == "a long password"
    assert settings.is_metrics_token("another password")
    assert settings.webhook_url is not None
    assert settings.webhook_url.get_secret_value() == "https://example.org/x"
    told = {"home", "data_dir", "keras_dir", "data_url", "admin_token", "metrics_token", "webhook_url", "secret_key"}
    for name in values.keys() - told:
        assert str(getattr(settings, name)).lower().removesuffix(".0") == values[name], name


def test_a_laptop_is_what_one_gets_without_a_profile(clean):
    assert get_settings() == Settings(profile="laptop")
    assert not PROFILES["laptop"]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_sets_what_it_says_and_nothing_else(clean, profile):
    clean.setenv("MNIST_LAB_PROFILE", profile)
    usual = Settings(profile="laptop").model_dump()
    assert get_settings().model_dump() == usual | {"profile": profile} | PROFILES[profile]
    assert not [name for name, value in PROFILES[profile].items() if usual[name] == value], "said without need"


def test_what_is_set_beside_a_profile_wins(clean):
    clean.setenv("MNIST_LAB_PROFILE", "small")
    clean.setenv("MNIST_LAB_TRAINING", "yes")
    clean.setenv("MNIST_LAB_MAX_EPOCHS", "7")
    clean.setenv("MNIST_LAB_SLOTS", "")
    settings = get_settings()
    assert (settings.training, settings.max_epochs, settings.slots) == (True, 7, 1)


def test_a_password_that_is_too_short_is_refused_and_not_repeated(clean):
    clean.setenv("MNIST_LAB_ADMIN_TOKEN", "sesame")
    with pytest.raises(ConfigError, match="MNIST_LAB_ADMIN_TOKEN: a password needs at least 12 characters") as error:
        get_settings()
    assert "sesame" not in str(error.value)


@pytest.mark.parametrize("address", ["example.org/secret", "ftp://example.org/secret", "https:///secret"])
def test_a_webhook_that_is_no_address_is_refused_and_not_repeated(clean, address):
    clean.setenv("MNIST_LAB_WEBHOOK_URL", address)
    with pytest.raises(ConfigError, match="MNIST_LAB_WEBHOOK_URL: it should be an address that begins with") as error:
        get_settings()
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "address",
    [
        "https://lab.example.org",
        "http://192.168.178.20:8501/",
        "http://[fd00::1]:8501/a/b",
        "https://lab.school.org/m-1_2",
    ],
)
def test_the_address_that_links_begin_with_may_have_a_port_and_a_path(clean, address):
    clean.setenv("MNIST_LAB_PUBLIC_URL", address)
    assert get_settings().public_url == address


@pytest.mark.parametrize(
    "address",
    [
        "lab.example.org",
        "ftp://lab.example.org",
        "https://",
        "https:///mnist",
        "https://lab.example.org?run=1",
        "https://lab.example.org/#x",
        "https://ada:secret@lab.example.org",
        "https://lab.example.org:0",
        "https://lab.example.org:99999",
        "https://lab example.org",
        "http://[lab",
        "javascript:alert(1)",
    ],
)
def test_what_links_can_t_begin_with_is_refused_in_a_sentence(clean, address):
    clean.setenv("MNIST_LAB_PUBLIC_URL", address)
    with pytest.raises(ConfigError, match="MNIST_LAB_PUBLIC_URL: it should be the address of the first page, such as"):
        get_settings()


def test_the_name_in_the_links_is_one_that_is_answered(clean):
    clean.setenv("MNIST_LAB_PUBLIC_URL", "https://Lab.example.org:8443/mnist")
    assert get_settings().host_names == ()
    clean.setenv("MNIST_LAB_ALLOWED_HOSTS", "localhost")
    get_settings.cache_clear()
    assert get_settings().host_names == ("localhost", "lab.example.org")


def test_variables_without_the_prefix_mean_nothing(clean):
    clean.setenv("SLOTS", "9")
    assert get_settings().slots is None


def test_a_tilde_is_the_persons_home(clean):
    for name in ("HOME", "DATA_DIR", "KERAS_DIR"):
        clean.setenv(f"MNIST_LAB_{name}", "~/somewhere")
    settings = get_settings()
    assert {settings.home, settings.data_dir, settings.keras_dir} == {Path.home() / "somewhere"}


def test_a_relative_folder_means_the_same_for_workers_that_run_elsewhere(clean, tmp_path):
    clean.chdir(tmp_path)
    clean.setenv("MNIST_LAB_HOME", "lab")
    assert get_settings().home == tmp_path / "lab"


def test_an_empty_variable_is_as_good_as_none(clean):
    for name in ("HOME", "DATA_DIR", "SLOTS"):
        clean.setenv(f"MNIST_LAB_{name}", "")
    settings = get_settings()
    assert (settings.home, settings.data_dir, settings.slots) == (Path.home() / ".mnist_lab", None, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLOTS", "0"),
        ("SLOTS", "many"),
        ("DOWNLOAD_RETRIES", "-1"),
        ("STOP_PATIENCE", "0"),
        ("TRUSTED_PROXIES", "my proxy"),
        ("PROFILE", "school"),
        ("TRAINING", "perhaps"),
    ],
)
def test_a_bad_variable_is_named_with_what_it_held(clean, name, value):
    clean.setenv(f"MNIST_LAB_{name}", value)
    with pytest.raises(ConfigError, match=f"MNIST_LAB_{name}: .*Received: '{value}'"):
        get_settings()


def test_all_that_is_written_lies_in_the_home_folder():
    settings = get_settings()
    for path in (settings.database_path, settings.runs_dir, settings.datasets_dir):
        assert path.is_relative_to(settings.home)


def test_settings_are_read_once(monkeypatch):
    before = get_settings()
    monkeypatch.setenv("MNIST_LAB_SLOTS", "5")
    assert get_settings() is before


@pytest.fixture
def no_home(clean):
    """Make this process one of a user without a home folder, as a number without a name is in a container."""

    def fail(_path):
        raise RuntimeError("Could not determine home directory.")

    clean.delenv("HOME", raising=False)
    clean.setattr(Path, "expanduser", fail)
    return clean


def test_without_a_home_folder_the_variable_is_enough(no_home):
    no_home.setattr(Path, "expanduser", lambda path: path)
    no_home.setattr(Path, "home", classmethod(lambda _: (_ for _ in ()).throw(RuntimeError("no home"))))
    no_home.setenv("MNIST_LAB_HOME", "/data")
    assert (get_settings().home, get_settings().keras_dir) == (Path("/data"), Path("/data/keras"))


def test_without_a_home_folder_and_the_variable_its_name_is_told(no_home):
    with pytest.raises(ConfigError, match="no home folder. Set MNIST_LAB_HOME to a folder"):
        get_settings()


def test_the_home_of_somebody_who_does_not_exist_is_told(no_home):
    no_home.setenv("MNIST_LAB_HOME", "~nobody/lab")
    with pytest.raises(ConfigError, match="MNIST_LAB_HOME: there is no such home folder. Received: '~nobody/lab'"):
        get_settings()
