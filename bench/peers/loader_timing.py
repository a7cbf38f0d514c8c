"""What the loader peers share: CPU time and memory of a process tree, and the line they print."""
import json
import os
import pathlib
import sys
import time
import types


def load_torchvision():
    """torchvision, also a CUDA build beside a CPU torch: its operators are missing, transforms are not."""
    try:
        import torchvision
    except RuntimeError:
        for name in [name for name in sys.modules if name.startswith("torchvision")]:
            del sys.modules[name]
        sys.modules["torchvision._meta_registrations"] = types.ModuleType("_meta_registrations")
        import torchvision
    return torchvision


def tree(pid):
    """The process and everything below it."""
    children = pathlib.Path(f"/proc/{pid}/task").glob("*/children")
    return [pid, *(p for file in children for child in file.read_text().split() for p in tree(int(child)))]


def cpu_seconds(pids):
    ticks = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def megabytes(pids):
    pages = sum(int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)


def time_epochs(runtime, images, read_epoch):
    """Reads epochs until so many images were made, the first one untimed, and prints JSON."""
    read_epoch()
    pids = tree(os.getpid())
    first, start, cpu = megabytes(pids), time.perf_counter(), cpu_seconds(pids)
    made = 0
    while made < images:
        made += read_epoch()
    timing = {
        "runtime": runtime,
        "images": made,
        "seconds": time.perf_counter() - start,
        "cpuSeconds": cpu_seconds(pids) - cpu,
        "megabytesFirst": first,
        "megabytesLast": megabytes(pids),
    }
    print(json.dumps(timing))
