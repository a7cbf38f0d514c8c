"""Keras on TensorFlow in a comparison. python keras_peer.py TASK BATCH

The network comes as this project's layer list in ALEXNET_BENCH_SPEC. Lines on stdin are answered with milliseconds.
"""
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from keras import layers

from answer_turns import answer_turns

task, batch = sys.argv[1], int(sys.argv[2])
spec = json.loads(os.environ["ALEXNET_BENCH_SPEC"])


class Lrn(layers.Layer):
    def __init__(self, layer):
        super().__init__()
        self.constants = (layer["size"] // 2, layer["k"], layer["sumCoeff"], layer["beta"])

    def call(self, x):
        return tf.nn.local_response_normalization(x, *self.constants)


def build(layer):
    op = layer["op"]
    if op == "conv":
        p = layer["padding"]
        before = [layers.ZeroPadding2D(((p["top"], p["bottom"]), (p["left"], p["right"])))] if any(p.values()) else []
        conv = layers.Conv2D(layer["filters"], layer["kernel"], layer["stride"], groups=layer["groups"])
        side, stride, zeros = layer["kernel"][0], layer["stride"], set(p.values())
        if stride == 1 and side % 2 == 1 and zeros == {side // 2}:
            return [layers.Conv2D(layer["filters"], layer["kernel"], padding="same", groups=layer["groups"])]
        return [*before, conv]
    if op == "dense":
        return [layers.Dense(layer["units"])]
    if op == "activation":
        return [layers.Activation(layer["function"])]
    if op == "pool":
        return [(layers.MaxPool2D if layer["kind"] == "max" else layers.AveragePooling2D)(layer["size"], layer["stride"])]
    if op == "lrn":
        return [Lrn(layer)]
    if op == "dropout":
        return [layers.Dropout(layer["rate"])]
    if op == "flatten":
        return [layers.Flatten()]
    sys.exit(f"this peer has no layer {op}")


size = spec["input"]
net = keras.Sequential([keras.Input((size["height"], size["width"], size["channels"]))])
for layer in spec["layers"]:
    for part in build(layer):
        net.add(part)
x = np.random.randn(batch, size["height"], size["width"], size["channels"]).astype("float32")
y = np.arange(batch) % spec["classes"]
net.compile(
    keras.optimizers.SGD(0.001, momentum=0.9, weight_decay=5e-4),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)


def work():
    if task == "step":
        net.train_on_batch(x, y)
    else:
        tf.nn.softmax(net.predict_on_batch(x)).numpy()


answer_turns(f"Keras {keras.__version__} on TensorFlow {tf.__version__}", work)
