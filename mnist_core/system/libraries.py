"""What the libraries that compute are told: by us alone, not by what this computer or its user is set to.

A figure follows from a run's configuration. So none of the variables that these libraries read reaches them, and none
of their files (``~/.keras/keras.json``): their own defaults hold, and what is set here. What may still change a figure
is recorded with each run.
"""

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, version
from typing import Any, get_args

from mnist_core.errors import ConfigError
from mnist_core.settings import Settings, get_settings

# What TensorFlow, XLA, JAX, PyTorch, NumPy, scikit-learn, ONNX Runtime and their thread pools read begins so.
_THEIRS = (
    *("KERAS_", "TF_", "TF2_", "TENSORFLOW_", "XLA_", "JAX_", "TORCH_", "PYTORCH_", "ORT_", "SKLEARN_", "JOBLIB_"),
    *("LOKY_", "OMP_", "GOMP_", "KMP_", "MKL_", "DNNL_", "ONEDNN_", "OPENBLAS_", "GOTO_", "BLIS_", "VECLIB_"),
    *("NUMEXPR_", "NPY_", "CUBLAS_", "CUBLASLT_", "CUDNN_", "NVIDIA_TF32_", "LITERT_", "TFLITE_"),
)
_OURS = {
    # Below what is no folder there is no keras.json, and nobody can put one there.
    "KERAS_HOME": os.path.join(os.devnull, "keras"),
    "TF_USE_LEGACY_KERAS": "0",
    "TF_ENABLE_ONEDNN_OPTS": "1",
    "TF_DETERMINISTIC_OPS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "2",  # start-up messages are not for learners
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    "OMP_WAIT_POLICY": "PASSIVE",  # threads sleep while they wait, and don't take the processor from pages
}
_CHANGE_FIGURES = ("TF_ENABLE_ONEDNN_OPTS", "TF_DETERMINISTIC_OPS", "XLA_FLAGS")
# Set where OpenBLAS takes a processor for another one, on which it would calculate wrongly: kept, and recorded.
_PROCESSOR = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
_WHERE_CUDA_LIES = "--xla_gpu_cuda_data_dir="  # says where, not how: kept
_BACKENDS = frozenset(get_args(Settings.model_fields["backend"].annotation))
# Keras imports these where they are installed, for pictures and kinds of data that it is not used for here: 1.4 s and
# 145 MB of every worker; benchmarks/README.md. Who needs them can import them afterwards.
_NOT_WITH_KERAS = frozenset({"matplotlib", "pandas", "sklearn"})
_BUILDS = {"tensorflow": ("tensorflow-cpu",)}  # the same library under another name of the package index
_begun_with: str | None = None  # the backend that this process has for life

# Of Python's own variables only those that say where things are; the others change how a program runs.
_PYTHON_S = ("PYTHONPATH", "PYTHONHOME", "PYTHONPLATLIBDIR", "PYTHONUSERBASE", "PYTHONNOUSERSITE", "PYTHONSAFEPATH")
_PYTHON_S_CACHE = ("PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE")

FLOATX, EPSILON, DATA_FORMAT = "float32", 1e-7, "channels_last"


def own_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment for a process of ours: what libraries read is ours, the rest is as in `environ`."""
    kept = {
        name: value
        for name, value in environ.items()
        if (name in _PROCESSOR or not name.upper().startswith(_THEIRS))
        and (not name.upper().startswith("PYTHON") or name in (*_PYTHON_S, *_PYTHON_S_CACHE))
    }
    cuda = [flag for flag in environ.get("XLA_FLAGS", "").split() if flag.startswith(_WHERE_CUDA_LIES)]
    flags = {"XLA_FLAGS": " ".join(cuda)} if cuda else {}
    return kept | _OURS | flags | {"PYTHONUTF8": "1", "PYTHONHASHSEED": "0"}


def use_own_environment() -> None:
    """Let this process have such an environment; libraries read it as they are imported."""
    wanted = own_environment(os.environ)
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    os.environ.update(wanted)


class _Hiding(PathFinder):
    """Finds modules as Python does, but for `hidden` libraries, which look as if they were not installed.

    Of those that Keras can calculate with, all but one are hidden for good: TensorFlow imports JAX where it can, for a
    converter that nobody here uses (125 MB and 0.7 s), and Keras imports TensorFlow beside JAX, to set its seed (300 MB
    and 3 s).
    """

    def __init__(self, hidden: frozenset[str]) -> None:
        self.hidden = hidden

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:  # type: ignore[override]
        """Return where a module is; None for what is hidden."""
        return None if fullname in self.hidden else super().find_spec(fullname, path, target)


def load_keras(backend: str | None = None) -> Any:
    """Return the module ``keras``, set up by us alone; everything here that needs Keras gets it so.

    Parameters
    ----------
    backend : {"tensorflow", "jax", "torch"}, optional
        By default the one that this process has begun with here, or that of the settings (``MNIST_LAB_BACKEND``).

    Raises
    ------
    ConfigError
        If the backend is not installed, or this process has begun with another one: it has one for life.
    """
    backend = backend or _begun_with or get_settings().backend
    try:
        # Asked for anew where another thread may be importing it: that waits until it is whole.
        keras = import_module("keras") if "keras" in sys.modules else _import_keras(backend)
    except ImportError as error:
        raise ConfigError(
            "Keras can't calculate with {backend}: {reason}. Install it, or set MNIST_LAB_BACKEND to another one.",
            backend=backend,
            reason=str(error).splitlines()[0][:200] if str(error) else type(error).__name__,
        ) from error
    if keras.config.backend() != backend:
        raise ConfigError(
            "Keras calculates with {found} in this process, and {backend} is asked for. Begin a new process.",
            found=keras.config.backend(),
            backend=backend,
        )
    # Somebody else may have imported Keras before, in a notebook perhaps.
    if (keras.config.floatx(), keras.config.epsilon()) != (FLOATX, EPSILON):
        keras.config.set_floatx(FLOATX)
        keras.config.set_epsilon(EPSILON)
    if keras.config.dtype_policy().name != FLOATX:
        keras.config.set_dtype_policy(FLOATX)
    if keras.config.image_data_format() != DATA_FORMAT:
        keras.config.set_image_data_format(DATA_FORMAT)
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)
    return keras


def _import_keras(backend: str) -> Any:
    global _begun_with
    use_own_environment()
    os.environ["KERAS_BACKEND"] = backend
    others = _BACKENDS - {backend}
    finder = _Hiding(others | _NOT_WITH_KERAS)
    sys.meta_path[:] = [finder if found is PathFinder or type(found) is _Hiding else found for found in sys.meta_path]
    try:
        keras = import_module("keras")
        _begun_with = backend
        return keras
    finally:
        finder.hidden = others


def computed_with(*libraries: str) -> dict[str, str]:
    """Return what figures depend on beside a run's settings: versions, Keras's settings, threads, flags.

    Parameters
    ----------
    *libraries : str
        Whose versions matter, as they are called in the package index. With ``keras`` among them Keras is asked what
        it calculates with.
    """
    found: dict[str, str] = {}
    if "keras" in libraries:
        keras = load_keras()
        found |= {
            "backend": keras.config.backend(),
            "floatx": keras.config.floatx(),
            "epsilon": repr(keras.config.epsilon()),
            "image_data_format": keras.config.image_data_format(),
        }
        found |= {name: os.environ[name] for name in _CHANGE_FIGURES if name in os.environ}
        libraries = (*libraries, found["backend"])
    found |= {name: version_of(name) or "unknown" for name in libraries}
    found |= {name: os.environ[name] for name in _PROCESSOR if name in os.environ}
    return found | {"threads": str(usable_cores())}


def version_of(library: str) -> str | None:
    """Return the version of a library, whichever build of it is installed; None without it."""
    for name in (library, *_BUILDS.get(library, ())):
        try:
            return version(name)
        except PackageNotFoundError:
            pass
    return None


def usable_cores() -> int:
    """Return how many cores this process may use: so many threads each library takes."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
