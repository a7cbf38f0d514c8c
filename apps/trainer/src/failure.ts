import { CodedError } from '@alexnet/files';

/** Why a command ends early: it was used wrongly (exit code 2), or stopped with everything saved (130). */
export type CommandErrorCode = 'usage' | 'interrupted';

export class CommandError extends CodedError<CommandErrorCode> {
  override readonly name = 'CommandError';
}

/** One line a person can act on, without a stack trace. */
export function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s*\n\s*/g, ' ').trim();
}
