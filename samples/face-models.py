"""Turns the graph models of TensorFlow.js that samples/face-models unpacks into ONNX files: FOLDER OUTPUT."""

import base64
import json
import pathlib
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

# TensorFlow keeps a picture as rows, columns and channels, ONNX as channels, rows and columns.
TO_CHANNELS_FIRST = [0, 3, 1, 2]
TO_CHANNELS_LAST = [0, 2, 3, 1]


class Converter:
    def __init__(self, folder, name):
        model = json.loads((folder / f"{name}.json").read_text())
        self.name = name
        self.tensors = self.read_weights(model["weightsManifest"], folder)
        self.sources = {node["name"]: node for node in model["modelTopology"]["node"]}
        self.nodes = []
        self.initializers = []
        self.shapes = {}  # of what is computed already, channels first
        self.input = None

    @staticmethod
    def read_weights(manifest, folder):
        """Each tensor by its name. They lie one after the other, some as half floats."""
        tensors = {}
        for group in manifest:
            data = b"".join((folder / path).read_bytes() for path in group["paths"])
            offset = 0
            for weight in group["weights"]:
                stored = weight.get("quantization", {}).get("dtype", weight["dtype"])
                count = int(numpy.prod(weight["shape"], dtype=int))
                values = numpy.frombuffer(data, numpy.dtype(stored).newbyteorder("<"), count, offset)
                offset += values.nbytes
                tensors[weight["name"]] = values.astype(weight["dtype"]).reshape(weight["shape"])
            if offset != len(data):
                raise SystemExit(f"face-models: {group['paths']}: {len(data)} bytes where {offset} were expected")
        return tensors

    def constant(self, values):
        name = f"constant_{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(numpy.ascontiguousarray(values), name))
        return name

    def add(self, kind, inputs, shape, name=None, **attributes):
        name = name or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        self.shapes[name] = shape
        return name

    def convert(self, name):
        """The name in the new graph of what the node `name` puts out, which is made unless it is there."""
        source = self.sources[name]
        if "made" not in source:
            source["made"] = self.make(source)
        return source["made"]

    def make(self, node):
        operation, inputs = node["op"], node.get("input", [])
        if operation == "Placeholder":
            sizes = [int(dimension["size"]) for dimension in node["attr"]["shape"]["shape"]["dim"]]
            self.shapes["input"] = [1, sizes[3], sizes[1], sizes[2]]
            self.input = helper.make_tensor_value_info("input", TensorProto.FLOAT, self.shapes["input"])
            return "input"
        before = self.convert(inputs[0])
        shape = self.shapes[before]
        if operation == "Identity":
            return before
        if operation in ("_FusedConv2D", "DepthwiseConv2dNative"):
            return self.convolve(node, before)
        if operation == "MaxPool":
            return self.pool(node, before)
        if operation == "AddV2":
            return self.add("Add", [before, self.convert(inputs[1])], shape)
        if operation in ("Relu", "Sigmoid"):
            return self.add(operation, [before], shape)
        if operation == "Prelu":
            return self.leak(before, self.tensors[inputs[1]])
        if operation == "Pad":  # of channels
            pads = self.tensors[inputs[1]][TO_CHANNELS_FIRST]
            return self.pad(before, pads, 0.0)
        if operation == "Reshape":
            return self.reshape(before, [1, *self.tensors[inputs[1]][1:].tolist()])
        raise SystemExit(f"face-models: {self.name}.json has an operation that is not known: {operation}")

    def pad(self, before, pads, value):
        if not pads.any():
            return before
        shape = [int(size + sum(pad)) for size, pad in zip(self.shapes[before], pads)]
        amounts = self.constant(pads.T.reshape(-1).astype(numpy.int64))
        return self.add("Pad", [before, amounts, self.constant(numpy.float32(value))], shape, mode="constant")

    def window(self, node, before, kernel, fill):
        """Pads as TensorFlow does, where an odd pixel goes to the right and below. Also tells strides and sizes after."""
        attributes = node["attr"]
        strides = [int(stride) for stride in attributes["strides"]["list"]["i"][1:3]]
        sizes = self.shapes[before][2:]
        pads = numpy.zeros((4, 2), int)
        if base64.b64decode(attributes["padding"]["s"]) == b"SAME":
            after = [-(-size // stride) for size, stride in zip(sizes, strides)]
            for axis in range(2):
                total = max((after[axis] - 1) * strides[axis] + kernel[axis] - sizes[axis], 0)
                pads[2 + axis] = [total // 2, total - total // 2]
        else:
            after = [(size - length) // stride + 1 for size, length, stride in zip(sizes, kernel, strides)]
        return self.pad(before, pads, fill), strides, after

    def convolve(self, node, before):
        weights = self.tensors[node["input"][1]]
        groups = 1
        if node["op"] == "DepthwiseConv2dNative":
            groups = weights.shape[2]
            weights = weights.transpose(2, 3, 0, 1)
        else:
            weights = weights.transpose(3, 2, 0, 1)
        kernel = list(weights.shape[2:])
        before, strides, after = self.window(node, before, kernel, 0.0)
        inputs = [before, self.constant(weights)]
        fused = [base64.b64decode(name) for name in node["attr"].get("fused_ops", {"list": {"s": []}})["list"]["s"]]
        if b"BiasAdd" in fused:
            inputs.append(self.constant(self.tensors[node["input"][2]]))
        shape = [1, weights.shape[0], *after]
        result = self.add("Conv", inputs, shape, kernel_shape=kernel, strides=strides, group=groups)
        if b"Relu" in fused:
            result = self.add("Relu", [result], shape)
        if b"Prelu" in fused:
            result = self.leak(result, self.tensors[node["input"][3]])
        return result

    def pool(self, node, before):
        kernel = [int(size) for size in node["attr"]["ksize"]["list"]["i"][1:3]]
        before, strides, after = self.window(node, before, kernel, float(numpy.finfo(numpy.float32).min))
        shape = [1, self.shapes[before][1], *after]
        return self.add("MaxPool", [before], shape, kernel_shape=kernel, strides=strides)

    def leak(self, before, slopes):
        # The slopes are stored under the name of a negation, but are what values below zero are multiplied by.
        return self.add("PRelu", [before, self.constant(slopes.reshape(-1, 1, 1))], self.shapes[before])

    def reshape(self, before, shape):
        sizes = self.shapes[before]
        last = self.add("Transpose", [before], [sizes[axis] for axis in TO_CHANNELS_LAST], perm=TO_CHANNELS_LAST)
        return self.add("Reshape", [last, self.constant(numpy.array(shape, numpy.int64))], shape)

    def save(self, path, outputs):
        """With outputs by their new name, each of one node or of several that are strung together."""
        declared = []
        for output, parts in outputs.items():
            made = [self.convert(part) for part in parts]
            shape = list(self.shapes[made[0]])
            if len(made) == 1:
                self.add("Identity", made, shape, name=output)
            else:
                shape[1] = sum(self.shapes[part][1] for part in made)
                self.add("Concat", made, shape, name=output, axis=1)
            declared.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, shape))
        graph = helper.make_graph(self.nodes, self.name, [self.input], declared, self.initializers)
        versions = [helper.make_opsetid("", 11)]
        model = helper.make_model(graph, opset_imports=versions, producer_name="fairground", ir_version=6)
        model.doc_string = (
            "Made from the npm package @vladmandic/human 3.3.6, whose model says that it was generated by "
            "https://github.com/google/mediapipe"
        )
        onnx.checker.check_model(model)
        path.write_bytes(model.SerializeToString(deterministic=True))


def main():
    folder, output = (pathlib.Path(argument) for argument in sys.argv[1:])
    # The finer grid of anchors comes first, as in MediaPipe.
    Converter(folder, "blazeface").save(
        output / "blazeface.onnx",
        {"boxes": ["Identity_2", "Identity_3"], "scores": ["Identity", "Identity_1"]},
    )
    Converter(folder, "facemesh").save(
        output / "facemesh.onnx", {"mesh": ["Identity_2"], "face": ["Identity_1"]}
    )


main()
