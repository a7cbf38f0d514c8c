/** Progress and remarks go to stderr, so that stdout holds results alone. */
export function say(line = ''): void {
  process.stderr.write(`${line}\n`);
}

/** Results. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

let isDocumentPrinted = false;

/** The one document of `--json`. */
export function printJson(value: unknown): void {
  isDocumentPrinted = true;
  print(JSON.stringify(value, null, 2));
}

/** The document of `--json` where a command has failed; one that had printed its own has said more. */
export function printJsonError(error: { readonly code: string; readonly message: string }): void {
  if (!isDocumentPrinted) printJson({ error });
}

/** 0.5349 -> "53.5 %"; a dash for what was not measured, NaN. */
export function percent(share: number, digits = 1): string {
  if (!Number.isFinite(share)) return '–';
  return `${(100 * share).toFixed(digits)} %`;
}

/** 8123 ms -> "8 s"; 125,000 ms -> "2 min 5 s" */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
