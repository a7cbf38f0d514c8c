"""Makes wheels that stand in for NVIDIA's: python stand-in-wheels.py FOLDER LIBRARY REQUIREMENT...

Each has the least version its requirement takes and one library named like NVIDIA's, a copy of LIBRARY;
the compiler's has an executable too.
"""
import re
import sys
import zipfile

folder, library, *requirements = sys.argv[1:]
for requirement in requirements:
    name = re.match(r"[A-Za-z0-9-]+", requirement)[0]
    version = re.search(r">=([\d.]+)", requirement)[1]
    stem = re.sub(r"^nvidia-|-cu12$", "", name).replace("-", "_")
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    with zipfile.ZipFile(f"{folder}/{name.replace('-', '_')}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
        wheel.writestr(f"nvidia/{stem}/include/{stem}.h", "not unpacked")
        wheel.write(library, f"nvidia/{stem}/lib/lib{stem.split('_')[-1]}.so.12")
        if stem == "cuda_nvcc":
            program = zipfile.ZipInfo("nvidia/cuda_nvcc/bin/ptxas")
            program.external_attr = 0o100755 << 16
            wheel.writestr(program, "#!/bin/sh\n")
