"""torchvision's transforms on Pillow in a PyTorch DataLoader: random 227 crop, flip, mean.

    python loader_torchvision.py SOURCE WORKERS IMAGES BATCH

SOURCE is a pack of JPEG files (its index.json gives their places) or a folder of class folders.
Needs torch, torchvision and Pillow.
"""
import io
import json
import pathlib
import sys

import PIL
import torch
from PIL import Image

from loader_timing import load_torchvision, time_epochs

torchvision = load_torchvision()
from torchvision import datasets, transforms  # noqa: E402


class Pack(torch.utils.data.Dataset):
    def __init__(self, folder, transform):
        index = json.loads((folder / "index.json").read_text())
        if index.get("images", "jpeg") != "jpeg":
            sys.exit("reads packs of JPEG files only")
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
        image = Image.open(io.BytesIO(self.files[path].read(size))).convert("RGB")
        return self.transform(image), label


def main():
    source = pathlib.Path(sys.argv[1])
    workers, images, batch = map(int, sys.argv[2:5])
    torch.set_num_threads(1)
    steps = [
        transforms.RandomCrop(227),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize([0.499, 0.469, 0.411], [1 / 255] * 3),
    ]
    if (source / "index.json").exists():
        data = Pack(source, transforms.Compose(steps))
    else:
        data = datasets.ImageFolder(source, transforms.Compose([transforms.Resize(256), *steps]))
    loader = torch.utils.data.DataLoader(
        data, batch, shuffle=True, num_workers=workers, persistent_workers=True, prefetch_factor=2
    )
    runtime = f"torchvision {torchvision.__version__}, Pillow {PIL.__version__}"
    time_epochs(runtime, images, lambda: sum(len(x) for x, _ in loader))


main()
