import { loadClassifier } from '@alexnet/classifier';

/** A file is chosen, the five likeliest classes appear. Nothing leaves the page. */

const find = <T extends Element>(selector: string): T => {
  const element = document.querySelector<T>(selector);
  if (!element) throw new Error(`the page has no ${selector}`);
  return element;
};
const input = find<HTMLInputElement>('input');
const image = find<HTMLImageElement>('img');
const table = find<HTMLTableElement>('table');

const alexnet = await loadClassifier('showcase');
find('#backend').textContent = `computes on ${alexnet.network.tf.getBackend()}`;
input.disabled = false;

input.addEventListener('change', async () => {
  const [file] = input.files ?? [];
  if (!file) return;
  image.src = URL.createObjectURL(file);
  image.hidden = false;
  const answers = await alexnet.classify(file);
  table.replaceChildren(
    ...answers.map(({ className, probability }) => {
      const row = document.createElement('tr');
      const meter = document.createElement('meter');
      meter.value = probability;
      row.append(cell(className), cell(meter), cell(`${(100 * probability).toFixed(1)} %`));
      return row;
    }),
  );
});

function cell(content: string | Node): HTMLTableCellElement {
  const element = document.createElement('td');
  element.append(content);
  return element;
}
