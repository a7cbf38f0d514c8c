"""Rate of torchvision's transforms in a PyTorch DataLoader, on the pictures of loader-bench.mjs.

    python dataloader.py SOURCE [workers] [pictures] [batch]

SOURCE is a pack (its index.json gives the places of the same JPEG bytes) or a folder of class
folders. Prints the same line of CSV as loader-bench.mjs; CPU time is that of this process and its
workers, read from /proc. Needs torch, torchvision and Pillow.
"""
import importlib.util
import io
import json
import os
import pathlib
import sys
import time
import types

if importlib.util.find_spec("torchvision") is None:
    sys.exit("torchvision is not installed")
try:
    import torchvision  # noqa: F401
except RuntimeError:
    # A CUDA build beside a CPU torch: its operators are missing, the picture transforms are not.
    for name in [name for name in sys.modules if name.startswith("torchvision")]:
        del sys.modules[name]
    sys.modules["torchvision._meta_registrations"] = types.ModuleType("_meta_registrations")
import torch
from PIL import Image
from torchvision import datasets, transforms


class Pack(torch.utils.data.Dataset):
    def __init__(self, folder, transform):
        index = json.loads((folder / "index.json").read_text())
        self.places = [
            (folder / shard["file"], offset, size, label)
            for shard in index["shards"]
            if shard["split"] == "train"
            for _, label, offset, size, _ in shard["records"]
        ]
        self.transform = transform
        self.files = {}

    def __len__(self):
        return len(self.places)

    def __getitem__(self, i):
        path, offset, size, label = self.places[i]
        if path not in self.files:
            self.files[path] = open(path, "rb")
        self.files[path].seek(offset)
        picture = Image.open(io.BytesIO(self.files[path].read(size))).convert("RGB")
        return self.transform(picture), label


def cpu_seconds(pids):
    ticks = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def megabytes(pids):
    pages = sum(int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)


def main():
    source = pathlib.Path(sys.argv[1])
    workers, pictures, batch = (
        int(sys.argv[i]) if len(sys.argv) > i else default
        for i, default in [(2, 1), (3, 4000), (4, 64)]
    )
    torch.set_num_threads(1)
    steps = [
        transforms.RandomCrop(227),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize([0.481, 0.458, 0.408], [1 / 255] * 3),
    ]
    if (source / "index.json").exists():
        data = Pack(source, transforms.Compose(steps))
    else:
        data = datasets.ImageFolder(source, transforms.Compose([transforms.Resize(256), *steps]))
    loader = torch.utils.data.DataLoader(
        data, batch, shuffle=True, num_workers=workers, persistent_workers=True, prefetch_factor=2
    )
    for _ in loader:
        pass
    pids = [os.getpid(), *(worker.pid for worker in loader._iterator._workers)]
    before, start, cpu = megabytes(pids), time.perf_counter(), cpu_seconds(pids)
    made = 0
    while made < pictures:
        for x, _ in loader:
            made += len(x)
    rates = made / (time.perf_counter() - start), made / (cpu_seconds(pids) - cpu)
    row = [source.name, workers, "Pillow", made, *map(round, rates), before, megabytes(pids)]
    print(*row, sep=",")


main()
