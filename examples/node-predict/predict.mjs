import { loadClassifier } from '@alexnet/classifier';

// node predict.mjs IMAGE… : what the showcase's network sees, ten crops averaged.

const alexnet = await loadClassifier('showcase');
for (const file of process.argv.slice(2)) {
  console.log(file);
  for (const { className, probability } of await alexnet.classify(file, { tenCrop: true })) {
    console.log(`  ${(100 * probability).toFixed(1).padStart(5)} %  ${className}`);
  }
}
alexnet.dispose();
