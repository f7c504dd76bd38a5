"""Files of a small convolutional network, made without Keras, with its layers computed in NumPy beside."""

import numpy as np

from mnist_core.config import Conv2D, DataConfig, NetworkConfig, RunConfig
from mnist_core.models.onnx_writer import network_onnx
from mnist_core.models.summary import layer_rows
from mnist_core.models.weights import layer_names, weight_shapes
from mnist_core.store import RunFiles

FILTERS = 3
CONFIG = RunConfig(data=DataConfig(dataset="digits"), model=NetworkConfig(layers=(Conv2D(filters=FILTERS),)))


def write_network(files: RunFiles, seed: int, images=None):
    """Write layers.onnx, model.onnx and parts.npz; return a function from images to the output of every layer."""
    rng = np.random.default_rng(seed)
    kernel = rng.normal(0, 0.5, (3, 3, 1, FILTERS)).astype(np.float32)
    dense = rng.normal(0, 0.1, (26 * 26 * FILTERS, 10)).astype(np.float32)
    weights = {
        "01_Conv2D/kernel": kernel,
        "01_Conv2D/bias": np.zeros(FILTERS, np.float32),
        "03_Dense/kernel": dense,
        "03_Dense/bias": np.zeros(10, np.float32),
    }
    files.layers.write_bytes(network_onnx(CONFIG.model, weights, every_layer=True))
    files.onnx.write_bytes(network_onnx(CONFIG.model, weights))

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


def random_weights(model: NetworkConfig, seed: int = 0, classes: int = 10):
    """Return weights of a network's shapes, such that numbers stay about as large from layer to layer."""
    rng = np.random.default_rng(seed)
    weights = {}
    for name, shape in weight_shapes(model, classes).items():
        if name.endswith(("gamma", "moving_variance")):
            weights[name] = rng.uniform(0.5, 1.5, shape).astype(np.float32)
        else:
            spread = (2 / np.prod(shape[:-1])) ** 0.5 if name.endswith("kernel") else 0.1
            weights[name] = rng.normal(0, spread, shape).astype(np.float32)
    return weights


def older_graph(model, weights):
    """Return a graph as earlier versions exported it through TensorFlow: other operators, names that say nothing."""
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants, value = [], [], "keras_tensor"

    def constant(values):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(values), f"Const__{len(constants)}"))
        return constants[-1].name

    for name, row in zip(layer_names(model), layer_rows(model), strict=True):
        own = [array for key, array in weights.items() if key.startswith(f"{name}/")]
        for operator, arrays, attributes in _older_operators(row, own):
            inputs = [value, *map(constant, arrays)]
            value = name if operator == "Softmax" else f"functional_{len(nodes)}:0"
            nodes.append(helper.make_node(operator, inputs, [value], **attributes))
    graph = helper.make_graph(
        nodes,
        "tf2onnx",
        [helper.make_tensor_value_info("keras_tensor", TensorProto.FLOAT, ["unk__1", 28, 28])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["unk__2", 10])],
        constants[::-1],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8).SerializeToString()


def _older_operators(row, own):
    """Yield a layer's operators, each with its constants and attributes."""
    match row.name:
        case "Reshape":
            yield "Reshape", [np.array([-1, 1, 28, 28])], {}
        case "Conv2D":
            yield "Conv", [own[0].transpose(3, 2, 0, 1), own[1]], {}
        case "BatchNormalization":
            factor = own[0] / np.sqrt(own[3] + np.float32(1e-3))
            yield "Mul", [factor.reshape(1, -1, 1, 1)], {}
            yield "Add", [(own[1] - own[2] * factor).reshape(1, -1, 1, 1)], {}
        case "MaxPooling2D":
            size = [row.layer.pool_size] * 2
            yield "MaxPool", [], {"kernel_shape": size, "strides": size}
        case "Flatten":
            yield "Reshape", [np.array([-1, *row.output_shape])], {}
        case "Dense":
            yield "MatMul", [own[0]], {}
            yield "Add", [own[1]], {}
    activation = getattr(row.layer, "activation", "linear")
    if activation != "linear":
        yield {"relu": "Relu", "softmax": "Softmax"}[activation], [], {}
