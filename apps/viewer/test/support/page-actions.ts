import type { Page } from 'playwright-core';

export interface Dropped {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly type?: string;
}

/** Hands files to the page as one drop or paste, from nowhere near the file system. */
export async function hand(page: Page, how: 'drop' | 'paste', files: readonly Dropped[]) {
  const encoded = files.map(({ name, bytes, type = '' }) => ({
    name,
    type,
    base64: Buffer.from(bytes).toString('base64'),
  }));
  await page.evaluate(
    ({ how, encoded }) => {
      const data = new DataTransfer();
      for (const { name, type, base64 } of encoded) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        data.items.add(new File([bytes], name, { type }));
      }
      const options = { bubbles: true, cancelable: true };
      window.dispatchEvent(
        how === 'drop'
          ? new DragEvent('drop', { ...options, dataTransfer: data })
          : new ClipboardEvent('paste', { ...options, clipboardData: data }),
      );
    },
    { how, encoded },
  );
}

/** The five probabilities on the page, by class name. */
export async function shownAnswer(page: Page): Promise<Map<string, number>> {
  const rows = page.getByRole('list', { name: 'Five most probable classes' }).getByRole('listitem');
  const found = await rows.evaluateAll((items) =>
    items.map((item): [string, number] => [
      item.querySelector('.class')?.textContent?.trim() ?? '',
      Number(item.querySelector('data')?.value),
    ]),
  );
  return new Map(found);
}

/** Waits until the answer on the page belongs to the image on the page. */
export async function idle(page: Page) {
  await page.locator('.answer[aria-busy="false"]').waitFor();
}
