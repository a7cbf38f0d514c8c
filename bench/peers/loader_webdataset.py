"""webdataset on the same shards with torchvision's transforms: random 227 crop, flip, mean.

    python loader_webdataset.py PACK WORKERS IMAGES BATCH

Shuffles through a buffer of 1,000 samples, since shards are read in order. Needs torch, torchvision,
Pillow and webdataset; webdataset gives every worker whole shards, so PACK needs as many.
"""
import pathlib
import sys

import numpy as np
import torch
from PIL import Image

from loader_timing import load_torchvision, time_epochs

load_torchvision()
import webdataset  # noqa: E402
from torchvision import transforms  # noqa: E402


def main():
    source = pathlib.Path(sys.argv[1])
    workers, images, batch = map(int, sys.argv[2:5])
    shards = sorted(str(path) for path in source.glob("train-*.tar"))
    if not shards:
        sys.exit("reads packs only")
    torch.set_num_threads(1)
    steps = transforms.Compose(
        [
            # Members of a raw pack are arrays.
            lambda member: Image.fromarray(member) if isinstance(member, np.ndarray) else member,
            transforms.RandomCrop(227),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize([0.499, 0.469, 0.411], [1 / 255] * 3),
        ]
    )
    data = (
        webdataset.WebDataset(shards, shardshuffle=len(shards))
        .shuffle(1000)
        .decode("pil")
        .to_tuple("jpg;npy", "cls")
        .map_tuple(steps, int)
        .batched(batch)
    )
    loader = webdataset.WebLoader(
        data, batch_size=None, num_workers=workers, persistent_workers=True, prefetch_factor=2
    )
    time_epochs(
        f"webdataset {webdataset.__version__}", images, lambda: sum(len(x) for x, _ in loader)
    )


main()
