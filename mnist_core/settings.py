"""Settings of an installation, read once from environment variables ``MNIST_LAB_*``."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mnist_core.errors import ConfigError

_PREFIX = "MNIST_LAB_"


class Settings(BaseSettings):
    """Where things lie and how much may run; every field is a row of the README's table."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    home: Path = Field(
        default=Path.home() / ".mnist_lab",
        description="Folder of the database, the runs and the downloaded data.",
    )
    data_dir: Path | None = Field(
        default=None,
        description="Folder with a ready download (mnist.npz, fashion-mnist/), used before anything else.",
    )
    keras_dir: Path = Field(
        default=Path.home() / ".keras" / "datasets",
        description="Keras's own download cache, used when it already holds the files.",
    )
    data_url: str = Field(
        default="https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        description="Where the datasets are downloaded from; a mirror with the same file names works.",
    )
    download_retries: int = Field(default=3, ge=0, le=20, description="How often a failed download is tried again.")
    offline: bool = Field(default=False, description="Never download; use only what is on this computer.")
    slots: int = Field(default=1, ge=1, le=64, description="How many runs train at the same time.")
    stop_patience: float = Field(
        default=20.0,
        gt=0,
        description="Seconds a worker may take to stop by itself before it is ended.",
    )

    @field_validator("home", "data_dir", "keras_dir", mode="after")
    @classmethod
    def _make_absolute(cls, path: Path | None) -> Path | None:
        # Workers run in another working folder than the app, and must find the same files.
        return path.expanduser().absolute() if path else path

    @property
    def database_path(self) -> Path:
        """SQLite file with all runs and their metrics."""
        return self.home / "mnist_lab.db"

    @property
    def runs_dir(self) -> Path:
        """Folder with one folder a run."""
        return self.home / "runs"

    @property
    def datasets_dir(self) -> Path:
        """Folder with downloads and decoded arrays."""
        return self.home / "datasets"


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
            "{name}: {message}. Received: {received}",
            name=_PREFIX + str(first["loc"][0]).upper(),
            message=first["msg"],
            received=repr(first["input"]),
        ) from error
