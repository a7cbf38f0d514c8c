"""FFCV on the same images: central 227 crop (it has no random one without resizing), flip, mean.

    python loader_ffcv.py PACK WORKERS IMAGES BATCH

The pack is first written to FFCV's own format, untimed: JPEG of quality 90, or raw for a raw pack.
Needs torch, ffcv and what it is built on (OpenCV, libturbojpeg, numba).
"""
import contextlib
import io
import json
import pathlib
import sys
import tempfile

import ffcv
import numpy as np
from ffcv.fields import IntField, RGBImageField
from ffcv.fields.basics import IntDecoder
from ffcv.fields.rgb_image import CenterCropRGBImageDecoder
from ffcv.loader import Loader, OrderOption
from ffcv.transforms import NormalizeImage, RandomHorizontalFlip, ToTensor
from ffcv.writer import DatasetWriter
from PIL import Image

from loader_timing import time_epochs


class Pack:
    def __init__(self, folder):
        index = json.loads((folder / "index.json").read_text())
        self.raw = index.get("images") == "raw"
        self.places = [
            (folder / shard["file"], offset, size, label)
            for shard in index["shards"]
            if shard["split"] == "train"
            for _, label, offset, size, _ in shard["records"]
        ]

    def __len__(self):
        return len(self.places)

    def __getitem__(self, i):
        path, offset, size, label = self.places[i]
        with open(path, "rb") as file:
            file.seek(offset)
            content = io.BytesIO(file.read(size))
        image = np.load(content) if self.raw else np.asarray(Image.open(content).convert("RGB"))
        return image, label


def main():
    source = pathlib.Path(sys.argv[1])
    workers, images, batch = map(int, sys.argv[2:5])
    if not (source / "index.json").exists():
        sys.exit("reads packs only")
    data = Pack(source)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/images.beton"
        mode = {"write_mode": "raw"} if data.raw else {"write_mode": "jpg", "jpeg_quality": 90}
        fields = {"image": RGBImageField(**mode), "label": IntField()}
        with contextlib.redirect_stderr(io.StringIO()):
            DatasetWriter(path, fields, num_workers=1).from_indexed_dataset(data, chunksize=100)
        steps = [
            CenterCropRGBImageDecoder((227, 227), 227 / 256),
            RandomHorizontalFlip(),
            NormalizeImage(np.array([127.3, 119.7, 104.9]), np.ones(3), np.float32),
            ToTensor(),
        ]
        loader = Loader(
            path,
            batch_size=batch,
            num_workers=workers,
            order=OrderOption.RANDOM,
            os_cache=True,
            drop_last=False,
            pipelines={"image": steps, "label": [IntDecoder(), ToTensor()]},
        )
        time_epochs(f"ffcv {ffcv.__version__}", images, lambda: sum(len(x) for x, _ in loader))


main()
