// The same conversions by this package, one a process: convert.mjs safetensors|onnx IN OUT.
// Prints seconds, without the imports, and peak memory in MB.
import { open, writeFile } from 'node:fs/promises';
import { handleSource, writeOnnx, writeOpenedModel } from '@alexnet/convert';
import { openTorchModel, readTorchModel } from '@alexnet/convert/torch';
import { createSpec } from '@alexnet/model';

const [kind, input, output] = process.argv.slice(2);
const start = performance.now();
const handle = await open(input);
const { size } = await handle.stat();
const source = handleSource(handle, size);
if (kind === 'safetensors') {
  const model = await openTorchModel(source, { createSpec });
  const out = await open(output, 'w');
  await writeOpenedModel(model, async (bytes) => void (await out.write(bytes)));
  await out.close();
} else {
  const { file } = await readTorchModel(source, { createSpec });
  await writeFile(output, writeOnnx(file));
}
await handle.close();
const seconds = (performance.now() - start) / 1000;
console.log(`${seconds.toFixed(2)} ${(process.resourceUsage().maxRSS / 1024).toFixed(0)}`);
