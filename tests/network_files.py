"""Files of a small convolutional network, made without Keras, with its layers computed in NumPy beside."""

import numpy as np

from mnist_core.config import Conv2D, DataConfig, NetworkConfig, RunConfig
from mnist_core.store import RunFiles

FILTERS = 3
CONFIG = RunConfig(data=DataConfig(dataset="digits"), model=NetworkConfig(layers=(Conv2D(filters=FILTERS),)))


def write_network(files: RunFiles, seed: int, images=None):
    """Write layers.onnx, model.onnx and parts.npz; return a function from images to the output of every layer."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(seed)
    kernel = rng.normal(0, 0.5, (3, 3, 1, FILTERS)).astype(np.float32)
    dense = rng.normal(0, 0.1, (26 * 26 * FILTERS, 10)).astype(np.float32)
    constants = {
        "side": np.array([-1, 28, 28, 1], np.int64),
        "planes": np.array([-1, 1, 28, 28], np.int64),
        "flat": np.array([-1, 26 * 26 * FILTERS], np.int64),
        "kernel": kernel.transpose(3, 2, 0, 1).copy(),
        "dense": dense,
    }
    nodes = [
        helper.make_node("Reshape", ["image", "side"], ["00_Reshape"]),
        helper.make_node("Reshape", ["image", "planes"], ["channels_first"]),
        helper.make_node("Conv", ["channels_first", "kernel"], ["sums"]),
        helper.make_node("Relu", ["sums"], ["maps"]),
        helper.make_node("Transpose", ["maps"], ["01_Conv2D"], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["01_Conv2D", "flat"], ["02_Flatten"]),
        helper.make_node("MatMul", ["02_Flatten", "dense"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["03_Dense"], axis=1),
    ]
    shapes = {
        "00_Reshape": [28, 28, 1],
        "01_Conv2D": [26, 26, FILTERS],
        "02_Flatten": [26 * 26 * FILTERS],
        "03_Dense": [10],
    }
    for path, names in ((files.layers, list(shapes)), (files.onnx, ["03_Dense"])):
        graph = helper.make_graph(
            nodes,
            "network",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 28, 28])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *shapes[name]]) for name in names],
            [numpy_helper.from_array(value, name) for name, value in constants.items()],
        )
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)

    def layers(images):
        x = images.astype(np.float32)[..., None] / np.float32(255)
        windows = np.lib.stride_tricks.sliding_window_view(x[..., 0], (3, 3), axis=(1, 2))
        maps = np.maximum(np.einsum("nrcij,ijf->nrcf", windows, kernel[:, :, 0]), 0)
        flat = maps.reshape(len(x), -1)
        shares = np.exp(flat @ dense - (flat @ dense).max(axis=1, keepdims=True))
        return [x, maps, flat, shares / shares.sum(axis=1, keepdims=True)]

    after = layers(images[:1000])[2][:, ::8] if images is not None else rng.random((30, 20))
    files.write_parts(
        {
            "kernel_01": kernel,
            "before": rng.normal(0, 1, after.shape).astype(np.float16),
            "after": after.astype(np.float16),
        }
    )
    return layers
