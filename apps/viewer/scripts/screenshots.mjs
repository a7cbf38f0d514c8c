// Images of the main views for the README: node scripts/screenshots.mjs [VIEW…]
// Writes docs/viewer-{light,map,unit,beside,phone}.png. The page must be built; CHROMIUM_PATH names another browser.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const VIEWS = [
  { name: 'light', width: 1440, height: 900, colorScheme: 'light', query: '' },
  { name: 'map', width: 1440, height: 760, colorScheme: 'light', query: '', section: 'map' },
  {
    name: 'unit',
    width: 1440,
    height: 1160,
    colorScheme: 'dark',
    query: 'image=samples/rocket.jpg&layer=conv5&unit=94&page=unit',
    grow: true,
    section: 'unit-steps',
  },
  {
    name: 'beside',
    width: 1440,
    height: 1000,
    colorScheme: 'light',
    query: 'image=samples/cat.jpg&second=showcase/one-tower/weights.safetensors',
    section: 'beside',
  },
  { name: 'phone', width: 390, height: 844, colorScheme: 'dark', query: '' },
];

const names = process.argv.slice(2);
const wanted = VIEWS.filter(({ name }) => names.length === 0 || names.includes(name));

const server = spawn(
  process.execPath,
  [fileURLToPath(new URL('../serve.mjs', import.meta.url)), '--port', '0'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const [line] = await once(server.stdout, 'data');
const address = /http:\S+/.exec(String(line))?.[0];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox'],
});
try {
  for (const { name, width, height, colorScheme, query, section, grow } of wanted) {
    const page = await browser.newPage({
      viewport: { width, height },
      colorScheme,
      reducedMotion: 'reduce',
    });
    page.setDefaultTimeout(240_000);
    await page.goto(
      `${address}?backend=wasm&weights=showcase/two-towers/weights.safetensors&${query}`,
    );
    await page.getByText('✓ Verified').waitFor();
    await page.locator('.answer[aria-busy="false"]').waitFor();
    if (grow) {
      await page.getByRole('button', { name: 'Grow an image' }).click();
      await page.getByText('Step 64 of').waitFor();
    }
    if (section === 'beside')
      await page.getByLabel('What relu1 makes of the image of the second').waitFor();
    if (section) {
      await page.locator(`#${section}`).evaluate((element) => element.scrollIntoView());
    }
    await page.waitForTimeout(1000);
    const file = fileURLToPath(new URL(`../../../docs/viewer-${name}.png`, import.meta.url));
    const { size } = await sharp(await page.screenshot())
      .png({ palette: true, quality: 90, compressionLevel: 9, effort: 10 })
      .toFile(file);
    process.stdout.write(`${file} ${Math.round(size / 1000)} kB\n`);
    await page.close();
  }
} finally {
  await browser.close();
  server.kill();
}
