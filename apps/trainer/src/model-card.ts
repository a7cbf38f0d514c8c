import { modelCard, type OpenedWeights, readMeasured } from '@alexnet/classifier/node';
import { say } from './say.js';

/** What, by whom, license, preparation and accuracy, as published and as measured here, a line each. */
export async function printCard(
  { model, published }: Pick<OpenedWeights, 'model' | 'published'>,
  line: (text: string) => void = say,
): Promise<void> {
  const measured = published && (await readMeasured(published.name));
  const provenance = { ...model.provenance, ...(measured && { measured }) };
  for (const [label, text] of modelCard({ ...model, provenance })) {
    line(`${label.padEnd(17)} ${text}`);
  }
}
