import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { createSpec, parameterShapes } from "@alexnet/model";
import sharp from "sharp";
async function standIn(path) {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  switch (extname(path)) {
    case "":
      return classFolders(path);
    case ".jpg":
    case ".png":
      return void await picture([210, 60, 50], 1, 300, 260).toFile(path);
    case ".pth": {
      const { writeTorchModel } = await import("@alexnet/convert/torch");
      return writeFileSync(path, writeTorchModel(modelFile("torchvision")).bytes);
    }
    case ".caffemodel": {
      const { writeCaffeModel } = await import("@alexnet/convert/caffe");
      return writeFileSync(path, writeCaffeModel(modelFile("caffe")).caffemodel);
    }
    case ".binaryproto": {
      const { writeBinaryproto } = await import("@alexnet/convert/caffe");
      const data = new Float32Array(3 * 256 * 256).map(
        (_, at) => 104 + 9 * Math.floor(at / 65536)
      );
      return writeFileSync(path, writeBinaryproto({ height: 256, width: 256, data }));
    }
    default:
      throw new Error(`there is no stand-in for ${path}`);
  }
}
async function classFolders(folder) {
  const colours = { blue: [40, 70, 200], green: [50, 170, 70], red: [210, 60, 50] };
  for (const [name, colour] of Object.entries(colours)) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let i = 1; i <= 24; i++) {
      const file = join(folder, name, `${String(i).padStart(3, "0")}.jpg`);
      await picture(colour, i, 96, 96).toFile(file);
    }
  }
}
function picture(colour, i, width, height) {
  const pixels = Uint8Array.from(
    { length: width * height * 3 },
    (_, at) => (colour[at % 3] ?? 0) + (at * 7919 + i * 104729) % 41
  );
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}
function modelFile(preset) {
  const spec = createSpec(preset);
  let state = 1;
  const weight = (shape) => ({
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b)).map(() => {
      state = Math.imul(state, 1664525) + 1013904223 | 0;
      return state / 2 ** 31 / 100;
    })
  });
  const weights = new Map(
    [...parameterShapes(spec)].map(([name, shape]) => [name, weight(shape)])
  );
  return { spec, weights, preprocessing: null, classNames: null, provenance: null };
}
export {
  standIn
};
