/** The command was used wrongly: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Stopped by the user with everything saved: exit code 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** One line a person can act on, without a stack trace. */
export function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s*\n\s*/g, ' ').trim();
}
