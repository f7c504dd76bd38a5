"""Settings of an installation, read once from environment variables ``MNIST_LAB_*``."""

import hmac
import ipaddress
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mnist_core.errors import ConfigError
from mnist_core.text import reason

_PREFIX = "MNIST_LAB_"
_SHORTEST_TOKEN = 12
_DRIVER = "postgresql+psycopg"  # psycopg 3, as SQLAlchemy calls it
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/(?!\.+(/|$))[\w.=-]+)*/?")
_HIDDEN = ("token", "key", "database_url", "webhook_url")  # parts of names whose values no error repeats
# A source of a content security policy: nothing else may be written into it.
_SOURCE = re.compile(r"\*|https?://(\*\.)?[a-z0-9.-]+(:(\d{1,5}|\*))?", re.IGNORECASE | re.ASCII)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Profile = Literal["laptop", "classroom", "public", "small"]

# What a profile sets, where the person who sets it up says nothing else. A laptop is one's own: the defaults below. A
# class of 40 shares a server for a term, trusts each other and trains every recipe. The public is strangers: little for
# each, private unless shared. What is small (1 to 2 GB of memory, such as Streamlit Community Cloud) has no room for a
# worker that waits, and may have none for a worker at all.
PROFILES: Mapping[Profile, Mapping[str, Any]] = {
    "laptop": {},
    "classroom": {
        "max_trials": 60,
        "max_epochs": 100,
        "max_parameters": 5_000_000,
        "max_run_seconds": 1800.0,
        "visitor_disk_mb": 500,
        "max_pages": 300,
        "pages_per_visitor": 10,
        "visitor_uploads_mb": 50,
        "tensorboards": 6,
        "newcomers": 60,
        "keep_days": 60,
        "forget_days": 400,
    },
    "public": {
        "queued_per_visitor": 1,
        "max_trials": 20,
        "max_epochs": 30,
        "max_parameters": 2_000_000,
        "max_run_seconds": 900.0,
        "film_mb": 6.0,
        "visitor_disk_mb": 200,
        "total_disk_mb": 10_000,
        "drawings_per_visitor": 300,
        "max_pages": 400,
        "pages_per_visitor": 10,
        "visitor_uploads_mb": 20,
        "total_uploads_mb": 200,
        "keep_days": 7,
        "forget_days": 30,
        "share_new_runs": False,
    },
    "small": {
        "training": "auto",
        "slots": 1,
        "warm_spare": False,
        "queued_per_visitor": 1,
        "max_trials": 10,
        "max_epochs": 20,
        "max_parameters": 500_000,
        "max_run_seconds": 600.0,
        "film_mb": 2.0,
        "tensorboards": 0,
        "visitor_disk_mb": 50,
        "total_disk_mb": 500,
        "files_cache_mb": 300,
        "drawings_per_visitor": 200,
        "max_pages": 60,
        "pages_per_visitor": 5,
        "visitor_uploads_mb": 20,
        "total_uploads_mb": 50,
        "newcomers": 20,
        "keep_days": 3,
        "forget_days": 30,
        "share_new_runs": False,
    },
}


def _below_the_persons_home(*parts: str) -> Path:
    """Return a path in the home folder of whoever runs this; raises `ConfigError` where there is none."""
    try:
        return Path.home().joinpath(*parts)
    except RuntimeError as error:  # in a container, a user often has a number only
        raise ConfigError(
            "This user has no home folder. Set MNIST_LAB_HOME to a folder that can be written."
        ) from error


def _keras_cache(known: dict[str, Any]) -> Path:
    try:
        return _below_the_persons_home(".keras", "datasets")
    except ConfigError:  # then there is no download of Keras's either
        return Path(known.get("home", "")) / "keras"


class Settings(BaseSettings):
    """Where things lie and how much may run; every field is a row of the README's table."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    profile: Profile = Field(
        default="laptop",
        description="Limits that suit a place (laptop, classroom, public, small); what is set beside it wins.",
    )
    home: Path = Field(
        default_factory=lambda: _below_the_persons_home(".mnist_lab"),
        description="Folder of the database, the runs and the downloaded data.",
    )
    database_url: str | None = Field(
        default=None,
        repr=False,
        description="A PostgreSQL database for all records, postgresql://user:password@host/name. Unset: a file in the "
        "home folder.",
    )
    database_patience: float = Field(
        default=5.0,
        ge=0,
        description="Seconds for which a page waits for a PostgreSQL server that is away; training waits 30 times as "
        "long.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Key with which visitors' addresses are hashed, the same for all apps of a lab. Unset: a file in "
        "the home folder.",
    )
    data_dir: Path | None = Field(
        default=None,
        description="Folder with a ready download (mnist.npz, fashion-mnist/), used before anything else.",
    )
    lessons: Path | None = Field(
        default=None,
        description="Folder with lessons of your own, *.toml, shown on the page Learn after those that are there.",
    )
    keras_dir: Path = Field(
        default_factory=_keras_cache,
        description="Keras's own download cache, used when it already holds the files.",
    )
    data_url: str | None = Field(
        default=None,
        description="A mirror to download the datasets from, with the same file names. Unset: their publishers.",
    )
    download_retries: int = Field(default=3, ge=0, le=20, description="How often a failed download is tried again.")
    offline: bool = Field(default=False, description="Never download; use only what is on this computer.")
    engine: Literal["local", "ray"] = Field(
        default="local",
        description="Where runs train: local, in processes of this computer, or on the computers of a Ray cluster.",
    )
    ray_address: str = Field(
        default="auto",
        description="The Ray cluster's head: 10.0.0.5:6379, or ray://10.0.0.5:10001 from outside. auto: the one that "
        "this computer is in.",
    )
    ray_cpus: float = Field(default=2.0, gt=0, le=1024, description="Processor cores of a Ray cluster for one run.")
    ray_gpus: float = Field(
        default=0.0,
        ge=0,
        le=1024,
        description="Graphics cards of a Ray cluster for one run, or a part: 0.25.",
    )
    backend: Literal["tensorflow", "jax", "torch"] = Field(
        default="tensorflow",
        description="What Keras calculates with; JAX and PyTorch have to be installed.",
    )
    training: bool | Literal["auto"] = Field(
        default=True,
        description="Whether networks can be trained here; with auto, where the memory is enough for a worker.",
    )
    slots: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="How many runs train at the same time. Unset: one for each graphics card, else one for two cores.",
    )
    warm_spare: bool = Field(
        default=True,
        description="Keep a worker waiting with Keras imported (up to 1 GB), so that training begins at once.",
    )
    stop_patience: float = Field(
        default=20.0,
        gt=0,
        description="Seconds a worker may take to stop by itself before it is ended.",
    )
    hang_patience: float = Field(
        default=300.0,
        gt=0,
        description="Seconds without a sign of life after which a worker is ended; its run can be resumed.",
    )
    running_per_visitor: int = Field(default=1, ge=1, le=64, description="How many runs a visitor may train at once.")
    queued_per_visitor: int = Field(default=2, ge=1, le=1000, description="How many runs a visitor may have waiting.")
    max_trials: int = Field(default=200, ge=1, le=1000, description="Most trials of a study.")
    max_epochs: int = Field(default=200, ge=1, description="Most epochs of a run.")
    max_parameters: int = Field(default=20_000_000, ge=1000, description="Most parameters of a network.")
    max_train_size: int = Field(default=60_000, ge=100, description="Most training images of a run.")
    max_run_seconds: float = Field(
        default=3600.0,
        gt=0,
        description="Longest training in seconds: longer ones are not begun, or stopped with their model kept.",
    )
    worker_memory_mb: int | None = Field(
        default=None,
        ge=100,
        description="Most memory of a worker in MB. Unset: four fifths of this computer's, divided by the slots.",
    )
    film_mb: float = Field(
        default=12.0,
        ge=0,
        le=1000,
        description="Most MB of a run's film, the moments kept while it learned: larger networks keep fewer. 0: none.",
    )
    film_percent: float = Field(
        default=2.0,
        ge=0,
        le=100,
        description="Most of a training's time that its film may take, in percent: fast trainings keep fewer moments.",
    )
    tensorboards: int = Field(
        default=2,
        ge=0,
        le=64,
        description="How many TensorBoards may be open on pages at once, a process of 110 MB each. 0: none.",
    )
    visitor_disk_mb: int = Field(default=2000, ge=1, description="Most disk space of one visitor's runs in MB.")
    total_disk_mb: int = Field(
        default=20_000,
        ge=1,
        description="Most disk space of all runs in MB: beyond it new ones are refused.",
    )
    files_url: str | None = Field(
        default=None,
        description="Object storage for the files of runs, such as s3://bucket/prefix. Unset: a folder in the home.",
    )
    files_endpoint: str | None = Field(
        default=None,
        description="Address of an object store that is not Amazon's, such as https://minio.example.org:9000.",
    )
    files_cache_mb: int = Field(
        default=5000, ge=10, description="With object storage: most MB of its files that are kept on this computer."
    )
    drawings_per_visitor: int = Field(
        default=1000, ge=10, le=10_000, description="Most drawings that a visitor can collect to teach networks with."
    )
    newcomers: int = Field(
        default=40,
        ge=1,
        le=10_000,
        description="How many new visitors behind one address, such as a class at school, find room at once.",
    )
    keep_days: int = Field(
        default=14,
        ge=0,
        description="For so many days after a visitor was here last, none of their runs is deleted to make room.",
    )
    forget_days: int | None = Field(
        default=None,
        ge=1,
        description="So many days after a visitor was here last, everything of theirs is deleted. Unset: never.",
    )
    share_new_runs: bool = Field(default=True, description="Whether everyone may look at a new run.")
    uploads: bool = Field(
        default=True,
        description="Whether visitors may upload anything: pictures, their camera's too, drawings and runs.",
    )
    admin_token: SecretStr | None = Field(
        default=None,
        description="Password for stopping, renaming and deleting everyone's runs. Unset: nobody can.",
    )

    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks of your proxies, apart by commas: their X-Forwarded headers are believed.",
    )

    allowed_hosts: str = Field(
        default="",
        description="Names under which the dashboard answers, apart by commas (lab.example.org, *.school.org).",
    )
    public_url: str | None = Field(
        default=None,
        description="Address that leads others here (https://lab.example.org), with which all links to copy begin. "
        "Unset: the browser's own, or this computer's in its network.",
    )
    frame_ancestors: str = Field(
        default="",
        description="Other sites that may show it in a frame, apart by commas (https://school.org); over HTTPS.",
    )
    max_pages: int = Field(default=600, ge=2, description="Most open pages, of all visitors together.")
    pages_per_visitor: int = Field(default=50, ge=1, description="Most open pages of one visitor.")
    messages_per_second: float = Field(
        default=15.0, ge=1, description="Most messages a second from one open page, in the long run."
    )
    message_mb: int = Field(default=4, ge=1, le=200, description="Largest message of an open page in MB, uncompressed.")
    visitor_uploads_mb: int = Field(
        default=100,
        ge=1,
        description="Most MB of uploaded files that are kept in memory for one visitor: newer replace older.",
    )
    total_uploads_mb: int = Field(default=500, ge=1, description="Most MB of all uploaded files in memory.")
    metrics: bool = Field(default=False, description="Whether /_stcore/metrics shows everybody how much is going on.")
    metrics_token: SecretStr | None = Field(
        default=None,
        description="Password (as a bearer token) with which Prometheus reads /lab/metrics. Unset: nobody can.",
    )
    metrics_port: int | None = Field(
        default=None, ge=1, le=65_535, description="Port of its own for Prometheus, without a password. Unset: none."
    )
    metrics_address: str = Field(
        default="127.0.0.1", description="Address of that port: whoever reaches it can read the metrics."
    )

    logs: Literal["text", "json"] = Field(
        default="text", description="How the log is written: as lines for people, or as JSON, one object a line."
    )
    access_log: bool = Field(default=False, description="Whether each request is a line of the log, without who asked.")

    webhook_url: SecretStr | None = Field(
        default=None,
        description="Address that gets a JSON by POST whenever a run has ended: id, state, seconds, accuracy.",
    )

    @model_validator(mode="before")
    @classmethod
    def _complete_by_profile(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {**PROFILES.get(given.get("profile", "laptop"), {}), **given}

    @field_validator("database_url", mode="after")
    @classmethod
    def _name_driver(cls, url: str | None) -> str | None:
        return None if url is None else database_address(url)

    @field_validator("engine", mode="after")
    @classmethod
    def _check_database(cls, engine: str, known: ValidationInfo) -> str:
        if engine == "ray" and known.data.get("database_url") is None:
            raise ConfigError("other computers need a database that they can reach: set MNIST_LAB_DATABASE_URL too")
        return engine

    @field_validator("admin_token", "secret_key", "metrics_token", mode="after")
    @classmethod
    def _check_length(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and len(token.get_secret_value()) < _SHORTEST_TOKEN:
            raise ConfigError("a password needs at least {n:,} characters", n=_SHORTEST_TOKEN)
        return token

    @field_validator("webhook_url", mode="after")
    @classmethod
    def _check_address(cls, address: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(address.get_secret_value()) if address is not None else None
        if parts is not None and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ConfigError("it should be an address that begins with https:// or http://")
        return address

    @field_validator("trusted_proxies", mode="after")
    @classmethod
    def _check_networks(cls, text: str) -> str:
        _networks(text)
        return text

    @field_validator("files_url", mode="after")
    @classmethod
    def _check_bucket(cls, url: str | None) -> str | None:
        if url is not None and not _BUCKET.fullmatch(url):
            raise ConfigError("it has the form s3://bucket or s3://bucket/prefix")
        return url

    @field_validator("public_url", mode="after")
    @classmethod
    def _check_public_address(cls, address: str | None) -> str | None:
        if address is not None and not _is_web_address(address):
            raise ConfigError(
                "it should be the address of the first page, such as https://lab.example.org or http://lab.local:8501/mnist"
            )
        return address

    @field_validator("frame_ancestors", mode="after")
    @classmethod
    def _check_sources(cls, text: str) -> str:
        for source in _parts(text):
            if not _SOURCE.fullmatch(source):
                raise ConfigError("a site is written as https://school.org or https://*.school.org, and * means any")
        return text

    @field_validator("home", "data_dir", "keras_dir", "lessons", mode="after")
    @classmethod
    def _make_absolute(cls, path: Path | None) -> Path | None:
        # Workers run in another working folder than the app, and must find the same files.
        try:
            return path.expanduser().absolute() if path else path
        except RuntimeError as error:
            raise ConfigError("there is no such home folder") from error

    def is_admin_token(self, text: str) -> bool:
        """Whether `text` is the admin's password; takes as long for a wrong one as for a nearly right one."""
        return _is_secret(text, self.admin_token)

    def is_metrics_token(self, text: str) -> bool:
        """Whether `text` is the password for the metrics, as `is_admin_token`."""
        return _is_secret(text, self.metrics_token)

    @property
    def proxy_networks(self) -> tuple[Network, ...]:
        """The networks whose X-Forwarded headers are believed."""
        return _networks(self.trusted_proxies)

    @property
    def host_names(self) -> tuple[str, ...]:
        """The names under which the dashboard answers; none means any. That of the links to copy is always one."""
        names = tuple(part.lower().rstrip(".") for part in _parts(self.allowed_hosts))
        public = (urlsplit(self.public_url).hostname or "").rstrip(".") if self.public_url else ""
        return (*names, public) if names and public and public not in names else names

    @property
    def frame_sources(self) -> tuple[str, ...]:
        """Other sites that may show the dashboard in a frame, as a content security policy names them."""
        return _parts(self.frame_ancestors)

    @property
    def database_path(self) -> Path:
        """SQLite file with all runs and their metrics."""
        return self.home / "mnist_lab.db"

    @property
    def copies_dir(self) -> Path:
        """Copies of the database, the newest of which brings a lost one back."""
        return self.home / "copies"

    @property
    def reserve_path(self) -> Path:
        """Space that is given free once the disk is full, so that the ends of runs can still be written."""
        return self.home / "reserve"

    @property
    def ray_log(self) -> Path:
        """What the process that talks to a Ray cluster said last."""
        return self.home / "ray.log"

    @property
    def studies_path(self) -> Path:
        """Optuna's side of the studies, where they are not in a database on a server."""
        return self.home / "studies.log"

    @property
    def lock_path(self) -> Path:
        """Held by the one app that trains the runs of this folder."""
        return self.home / "app.lock"

    @property
    def address_key_path(self) -> Path:
        """Key with which visitors' addresses are hashed."""
        return self.home / "address.key"

    @property
    def speed_path(self) -> Path:
        """What was measured of this computer's training speed."""
        return self.home / "speed.json"

    @property
    def spare_log(self) -> Path:
        """Output of the worker that waits."""
        return self.home / "spare.log"

    @property
    def temporary_dir(self) -> Path:
        """Temporary files of workers: TensorFlow leaves some behind where it is ended."""
        return self.home / "temporary"

    @property
    def runs_dir(self) -> Path:
        """Folder with one folder a run."""
        return self.home / "runs"

    @property
    def analyses_dir(self) -> Path:
        """Results of longer computations about the datasets."""
        return self.home / "analyses"

    @property
    def datasets_dir(self) -> Path:
        """Folder with downloads and decoded arrays."""
        return self.home / "datasets"


def database_address(url: str) -> str:
    """Return the address of a PostgreSQL database as SQLAlchemy takes it; raises `ConfigError` for any other."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("postgresql", "postgres", _DRIVER):
        raise ConfigError("the address of a database begins with postgresql://; for SQLite leave it unset")
    return f"{_DRIVER}://{rest}"


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _is_web_address(text: str) -> bool:
    """Whether a text is an address of a page that any other can be put behind."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    clean = re.fullmatch(r"[\w.~:/\[\]%-]+", text, re.ASCII) is not None and port != 0
    return clean and parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_secret(text: str, secret: SecretStr | None) -> bool:
    return secret is not None and hmac.compare_digest(text.encode(), secret.get_secret_value().encode())


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part, strict=False) for part in _parts(text))


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process, read at the first call.

    Raises
    ------
    ConfigError
        If a variable holds what it can't; with its name.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ConfigError(
            "{name}: {reason}. Received: {received}",
            name=_PREFIX + str(first["loc"][0]).upper(),
            reason=reason(first),
            received="(hidden)" if any(part in str(first["loc"][0]) for part in _HIDDEN) else repr(first["input"]),
        ) from error
