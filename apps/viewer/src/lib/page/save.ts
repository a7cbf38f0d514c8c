import { download } from './download.js';

/** Properties a drawing needs once it is on its own: everything else follows from its attributes. */
const KEPT = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
] as const;
/** Pixels of a PNG for one pixel of the drawing: sharp in print at the size of the page. */
const PNG_SCALE = 3;

/** An SVG of the page as a file of its own, with the page's colors written into it. */
export function standaloneSvg(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll<SVGElement>('*')];
  const copies = [copy, ...copy.querySelectorAll<SVGElement>('*')];
  originals.forEach((original, index) => {
    const style = getComputedStyle(original);
    const target = copies[index];
    target?.removeAttribute('class');
    for (const name of KEPT) {
      const value = style.getPropertyValue(name);
      if (value) target?.style.setProperty(name, value);
    }
  });
  const { width, height } = sizeOf(svg);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.removeAttribute('style');
  return new XMLSerializer().serializeToString(copy);
}

export function saveSvg(svg: SVGSVGElement, name: string): void {
  download(new Blob([standaloneSvg(svg)], { type: 'image/svg+xml' }), `${name}.svg`);
}

/** Saves an SVG as a PNG three times as large, on the page's background. */
export async function saveSvgAsPng(svg: SVGSVGElement, name: string): Promise<void> {
  const { width, height } = sizeOf(svg);
  const image = new Image(width, height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standaloneSvg(svg))}`;
  await image.decode();
  const canvas = new OffscreenCanvas(Math.round(width * PNG_SCALE), Math.round(height * PNG_SCALE));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gives no 2D canvas.');
  context.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  download(await canvas.convertToBlob({ type: 'image/png' }), `${name}.png`);
}

/** Saves pixels as a PNG, each one `zoom` pixels wide. */
export async function savePixels(pixels: ImageData, name: string, zoom = 1): Promise<void> {
  const small = new OffscreenCanvas(pixels.width, pixels.height);
  small.getContext('2d')?.putImageData(pixels, 0, 0);
  const canvas = new OffscreenCanvas(pixels.width * zoom, pixels.height * zoom);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gives no 2D canvas.');
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  download(await canvas.convertToBlob({ type: 'image/png' }), `${name}.png`);
}

/** Saves images laid over each other, the first at the bottom, all stretched to one square, as a PNG. */
export async function saveLayers(
  layers: readonly ImageData[],
  name: string,
  side: number,
): Promise<void> {
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gives no 2D canvas.');
  for (const layer of layers) {
    const own = new OffscreenCanvas(layer.width, layer.height);
    own.getContext('2d')?.putImageData(layer, 0, 0);
    context.drawImage(own, 0, 0, side, side);
  }
  download(await canvas.convertToBlob({ type: 'image/png' }), `${name}.png`);
}

/** Rows as RFC 4180 has them: CRLF, quotes around what holds a comma, a quote or a line break. */
export function csv(rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) => {
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

export function saveCsv(rows: readonly (readonly (string | number)[])[], name: string): void {
  download(new Blob([csv(rows)], { type: 'text/csv;charset=utf-8' }), `${name}.csv`);
}

function sizeOf(svg: SVGSVGElement): { width: number; height: number } {
  const { width, height } = svg.viewBox.baseVal;
  return width > 0 ? { width, height } : svg.getBoundingClientRect();
}
