/** Text that is markup already. */
export interface Html {
  readonly html: string;
}

export type Content = Html | string | number | readonly Content[] | null;

/** A template whose strings and numbers are escaped; {@link Html} and lists of it go in as they are. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return { html: parts.reduce((sum, part, at) => sum + render(values[at - 1] ?? '') + part) };
}

/** Markup made elsewhere, such as an SVG. */
export function trusted(markup: string): Html {
  return { html: markup };
}

function render(content: Content): string {
  if (content === null) return '';
  if (typeof content === 'object' && 'html' in content) return content.html;
  if (typeof content === 'object') return content.map(render).join('');
  return String(content).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
