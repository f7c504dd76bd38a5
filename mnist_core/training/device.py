"""The device that Keras trains on: prepared before first use, and named for people."""

from pathlib import Path

from mnist_core.system.libraries import load_keras, usable_cores


def prepare_device() -> str:
    """Let a GPU's memory grow with need, so that several workers can share one card; return the device's name.

    Must run before anything is placed on the GPU. Other backends than TensorFlow do it by an
    environment variable, which `mnist_core.system.libraries` sets.
    """
    keras = load_keras()
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
    return device_name()


def device_name() -> str:
    """Return the name of the GPU that is used, or of the processor and its usable cores."""
    keras = load_keras()
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        if gpus:
            details = tf.config.experimental.get_device_details(gpus[0])
            return f"GPU: {details.get('device_name', 'unknown')}"
    elif keras.backend.backend() == "jax":
        import jax

        device = jax.devices()[0]
        if device.platform != "cpu":
            return f"GPU: {device.device_kind}"
    return cpu_name()


def cpu_name() -> str:
    """Return the processor's name and how many cores this process may use."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = "processor"
    return f"CPU: {model}, {usable_cores()} cores"
