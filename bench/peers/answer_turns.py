"""What the PyTorch, Keras and TensorFlow peers share: the talk with the process that compares them."""
import json
import sys
import time


def answer_turns(runtime, work):
    """Works once, says what computes, then answers every line on stdin with the milliseconds of one more time."""
    work()
    print(json.dumps({"ready": runtime}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        work()
        print((time.perf_counter() - start) * 1000, flush=True)
