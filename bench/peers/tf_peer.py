"""TensorFlow's own graph (`tf.function`) in a comparison. python tf_peer.py TASK BATCH PRECISION

PRECISION: fp32 | bf16, by TensorFlow's `auto_mixed_precision_onednn_bfloat16`.
The network comes as this project's layer list in ALEXNET_BENCH_SPEC. Lines on stdin are answered with milliseconds.
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

from answer_turns import answer_turns

task, batch, precision = sys.argv[1], int(sys.argv[2]), sys.argv[3]
spec = json.loads(os.environ["ALEXNET_BENCH_SPEC"])
if precision == "bf16":
    tf.config.optimizer.set_experimental_options({"auto_mixed_precision_onednn_bfloat16": True})

RATE, MOMENTUM, DECAY = 0.001, 0.9, 5e-4
weights, velocities = [], []


def parameter(*shape):
    weights.append(tf.Variable(tf.random.normal(shape, stddev=0.01)))
    velocities.append(tf.Variable(tf.zeros(shape)))
    return weights[-1]


def convolution(layer, channels):
    p, stride = layer["padding"], layer["stride"]
    groups = layer["groups"]
    kernel = parameter(*layer["kernel"], channels // groups, layer["filters"])
    bias = parameter(layer["filters"])
    padding = [[0, 0], [p["top"], p["bottom"]], [p["left"], p["right"]], [0, 0]]

    def run(x, training):
        # On a processor TensorFlow has no gradient of a grouped convolution.
        parts = zip(tf.split(x, groups, 3), tf.split(kernel, groups, 3))
        sums = [tf.nn.conv2d(part, filters, stride, padding) for part, filters in parts]
        return tf.nn.bias_add(tf.concat(sums, 3) if groups > 1 else sums[0], bias)

    return run


def dense(layer, units):
    kernel, bias = parameter(units, layer["units"]), parameter(layer["units"])
    return lambda x, training: tf.nn.bias_add(tf.matmul(x, kernel), bias)


def build(layer, shape):
    op = layer["op"]
    if op == "conv":
        return convolution(layer, shape[-1])
    if op == "dense":
        return dense(layer, shape[-1])
    if op == "activation":
        activation = {"relu": tf.nn.relu, "tanh": tf.tanh, "sigmoid": tf.sigmoid}[layer["function"]]
        return lambda x, training: activation(x)
    if op == "pool":
        pool = tf.nn.max_pool2d if layer["kind"] == "max" else tf.nn.avg_pool2d
        return lambda x, training: pool(x, layer["size"], layer["stride"], "VALID")
    if op == "lrn":
        constants = (layer["size"] // 2, layer["k"], layer["sumCoeff"], layer["beta"])
        return lambda x, training: tf.nn.local_response_normalization(x, *constants)
    if op == "dropout":
        return lambda x, training: tf.nn.dropout(x, layer["rate"]) if training else x
    if op == "flatten":
        return lambda x, training: tf.reshape(x, [x.shape[0], -1])
    sys.exit(f"this peer has no layer {op}")


side = spec["input"]
parts = []
one = tf.zeros([1, side["height"], side["width"], side["channels"]])
for layer in spec["layers"]:
    parts.append(build(layer, one.shape))
    one = parts[-1](one, False)


def forward(x, training):
    for part in parts:
        x = part(x, training)
    return x


@tf.function
def update(x, y):
    with tf.GradientTape() as tape:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, forward(x, True))
        loss = tf.reduce_mean(losses)
    for weight, velocity, gradient in zip(weights, velocities, tape.gradient(loss, weights)):
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=weight.handle, accum=velocity.handle, lr=RATE,
            grad=gradient + DECAY * weight, momentum=MOMENTUM,
        )
    return loss


@tf.function
def probabilities(x):
    return tf.nn.softmax(forward(x, False))


images = np.random.randn(batch, side["height"], side["width"], side["channels"]).astype("float32")
labels = np.arange(batch) % spec["classes"]


def work():
    x = tf.constant(images)
    (update(x, tf.constant(labels)) if task == "step" else probabilities(x)).numpy()


answer_turns(f"tf.function on TensorFlow {tf.__version__}, {precision}", work)
