/** Links may name only files beside this page: a link from a stranger cannot make it call out. */
export function sameOrigin(address: string, base = location.href): URL {
  let url: URL;
  try {
    url = new URL(address, base);
  } catch {
    throw new Error(`"${address}" is not an address.`);
  }
  if (url.origin !== new URL(base).origin) {
    throw new Error(
      `${url.origin} is another site. This page opens only files from its own; download the file and drop it here.`,
    );
  }
  return url;
}
