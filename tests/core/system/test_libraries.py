"""What libraries are told: by us alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_core.system.libraries import computed_with, own_environment

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "name",
    ["KERAS_BACKEND", "TF_XLA_FLAGS", "XLA_FLAGS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "JAX_ENABLE_X64"]
    + [
        "NVIDIA_TF32_OVERRIDE",
        "NPY_DISABLE_CPU_FEATURES",
        "SKLEARN_ASSUME_FINITE",
        "PYTHONWARNINGS",
        "omp_num_threads",
    ],
)
def test_what_libraries_read_is_not_passed_on(name):
    assert name not in own_environment({name: "anything", "PATH": "/bin"})


def test_everything_else_is_passed_on_as_it_is():
    kept = {"PATH": "/bin", "HOME": "/root", "PYTHONPATH": "/mine", "CUDA_VISIBLE_DEVICES": "1", "LANG": "C"}
    found = own_environment(kept)
    assert kept.items() <= found.items()
    assert own_environment(found) == found


def test_of_xla_s_flags_only_the_place_of_cuda_is_kept():
    flags = "--xla_cpu_enable_fast_math=true --xla_gpu_cuda_data_dir=/opt/cuda --xla_gpu_autotune_level=0"
    assert own_environment({"XLA_FLAGS": flags})["XLA_FLAGS"] == "--xla_gpu_cuda_data_dir=/opt/cuda"


def test_what_saves_a_processor_from_wrong_results_is_kept_and_recorded(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert (
        own_environment({"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "1"})["OPENBLAS_CORETYPE"] == "Haswell"
    )
    assert computed_with("numpy")["OPENBLAS_CORETYPE"] == "Haswell"


def test_nobody_can_put_a_keras_json_where_keras_looks():
    folder = Path(own_environment({})["KERAS_HOME"])
    with pytest.raises(OSError, match="Not a directory|File exists|cannot find"):
        folder.mkdir(parents=True)


def test_a_baseline_s_record_says_versions_and_threads(monkeypatch):
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    monkeypatch.delenv("OPENBLAS_L2_SIZE", raising=False)
    told = computed_with("scikit-learn", "numpy")
    assert set(told) == {"scikit-learn", "numpy", "threads"}
    assert int(told["threads"]) >= 1


def test_importing_a_program_s_first_line_costs_no_heavy_library():
    program = "import mnist_core.as_program, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"numpy", "keras", "tensorflow"} & set(done.stdout.split()), "they would have read the environment"


@pytest.mark.usefixtures("uncounted_children")
@pytest.mark.slow
def test_keras_that_somebody_else_imported_and_set_up_is_set_up_anew():
    program = (
        "import keras; keras.config.set_floatx('float16'); keras.config.set_epsilon(0.1); "
        "keras.config.set_image_data_format('channels_first'); keras.config.set_dtype_policy('mixed_float16'); "
        "from mnist_core.system.libraries import computed_with; told = computed_with('keras'); "
        "print(told['floatx'], told['epsilon'], told['image_data_format'], keras.config.dtype_policy().name)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["float32", "1e-07", "channels_last", "float32"]


@pytest.mark.usefixtures("uncounted_children")
def test_keras_does_not_bring_along_what_it_is_not_used_for():
    program = (
        "import sys\nfrom mnist_core.system.libraries import load_keras\nload_keras('tensorflow')\n"
        "print({'matplotlib', 'pandas', 'sklearn'} & sys.modules.keys())\n"
        "import pandas, sklearn\nload_keras('tensorflow')\nprint(sklearn.__name__, pandas.DataFrame().shape)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["set()", "sklearn (0, 0)"]


@pytest.mark.slow
def test_what_needs_tensorflow_has_it_in_its_own_process_whatever_the_settings_say():
    """LiteRT's file of a run that was trained on JAX, for one."""
    program = (
        "from mnist_core.system.libraries import load_keras; load_keras('tensorflow'); "
        "from mnist_core.config import RunConfig; from mnist_core.models.build import build_model; "
        "build_model(RunConfig()); print(load_keras().config.backend())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"MNIST_LAB_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["tensorflow"]
