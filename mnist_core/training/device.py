"""The device that Keras trains on: prepared before first use, and named for people."""

from pathlib import Path

from mnist_core.system.cards import usable_cards, why_no_card
from mnist_core.system.libraries import load_keras, usable_cores
from mnist_core.system.saying import complain

_NO_CARD = "no graphics card could be used"


def prepare_device() -> str:
    """Let a GPU's memory grow with need, so that several workers can share one card; return the device's name.

    Must run before anything is placed on the GPU. Other backends than TensorFlow do it by an
    environment variable, which `mnist_core.system.libraries` sets. Where no card can be used though one was asked for,
    the processor trains, and the name says so.
    """
    keras = load_keras()
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
    name = device_name()
    return f"{name} ({_NO_CARD})" if name.startswith("CPU") and _is_card_wanted() else name


def device_name() -> str:
    """Return the name of the GPU that is used and its memory, or of the processor and its usable cores."""
    model = _card_model()
    if model is None:
        return cpu_name()
    memory = next((card.memory for card in usable_cards()), None)
    return f"GPU: {model}" + (f", {memory / 2**30:.0f} GB" if memory else "")


def _card_model() -> str | None:
    """Return what the card that Keras calculates on is called; None where it is the processor."""
    keras = load_keras()
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        return str(tf.config.experimental.get_device_details(gpus[0]).get("device_name", "unknown")) if gpus else None
    if keras.config.backend() == "jax":
        import jax

        try:
            device = jax.devices()[0]
        except RuntimeError as error:  # there is a plugin for a card, but it can't begin: a broken driver, for one
            complain(f"JAX can't use the graphics card: {error}")
            jax.config.update("jax_platforms", "cpu")  # type: ignore[no-untyped-call]
            return None
        return None if device.platform == "cpu" else str(device.device_kind)
    return None


def _is_card_wanted() -> bool:
    return bool(usable_cards()) or why_no_card() is not None


def cpu_name() -> str:
    """Return the processor's name and how many cores this process may use."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = "processor"
    return f"CPU: {model}, {usable_cores()} cores"
