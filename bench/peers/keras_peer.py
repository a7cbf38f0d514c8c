"""Keras on TensorFlow under the harness. python keras_peer.py TASK BATCH"""
import json
import os
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from keras import layers

task, batch = sys.argv[1], int(sys.argv[2])


class Lrn(layers.Layer):
    def call(self, x):
        return tf.nn.local_response_normalization(x, 2, 2.0, 1e-4, 0.75)


conv = lambda n, k, **more: layers.Conv2D(n, k, activation="relu", **more)
net = keras.Sequential([
    keras.Input((227, 227, 3)),
    conv(96, 11, strides=4), layers.MaxPool2D(3, 2), Lrn(),
    conv(256, 5, padding="same"), layers.MaxPool2D(3, 2), Lrn(),
    conv(384, 3, padding="same"), conv(384, 3, padding="same"), conv(256, 3, padding="same"),
    layers.MaxPool2D(3, 2), layers.Flatten(),
    layers.Dropout(0.5), layers.Dense(4096, activation="relu"),
    layers.Dropout(0.5), layers.Dense(4096, activation="relu"), layers.Dense(1000),
])
assert net.count_params() == 62_378_344
x = np.random.randn(batch, 227, 227, 3).astype("float32")
y = np.arange(batch) % 1000
net.compile(
    keras.optimizers.SGD(0.001, momentum=0.9, weight_decay=5e-4),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)


def work():
    if task == "train":
        net.train_on_batch(x, y)
    else:
        tf.nn.softmax(net.predict_on_batch(x)).numpy()


work()
print(json.dumps({"ready": f"Keras {keras.__version__} on TensorFlow {tf.__version__}"}), flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    work()
    print((time.perf_counter() - start) * 1000, flush=True)
