// The same conversions by this package, one a process: convert.mjs safetensors|onnx IN OUT.
// Prints seconds, without the imports, and peak memory in MB.
import { open, writeFile } from 'node:fs/promises';
import { findModel, handleSource, openModel, saveModel, writeStoredModel } from '@alexnet/convert';

const [kind, input, output] = process.argv.slice(2);
const start = performance.now();
const handle = await open(input);
const { size } = await handle.stat();
const source = handleSource(handle, size);
if (kind === 'safetensors') {
  const model = await findModel(source);
  const out = await open(output, 'w');
  await writeStoredModel(model, async (bytes) => void (await out.write(bytes)));
  await out.close();
} else {
  const { model } = await openModel(source);
  const { files } = await saveModel(model, 'onnx');
  for (const bytes of files.values()) await writeFile(output, bytes);
}
await handle.close();
const seconds = (performance.now() - start) / 1000;
console.log(`${seconds.toFixed(2)} ${(process.resourceUsage().maxRSS / 1024).toFixed(0)}`);
