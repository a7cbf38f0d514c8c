/** Hands bytes to the reader as a file; they never pass a server. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  // The download has begun by the next minute in every browser.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
