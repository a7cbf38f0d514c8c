/** The arguments of a command with the value of `--serve-token` left out: they are written down. */
export function redactToken(args: readonly string[]): string[] {
  return args.map((arg, at) => {
    if (arg.startsWith('--serve-token=')) return '--serve-token=…';
    return args[at - 1] === '--serve-token' ? '…' : arg;
  });
}
