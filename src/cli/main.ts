import { ConfigurationError } from '../platform/config/config.js';
import { Invalid, Refusal } from '../platform/refusals.js';
import { print } from './command.js';
import { findCommand, usage } from './commands.js';

/**
 * Runs the command that these words name; says on standard error what is wrong with them.
 * @returns the exit status
 */
export async function main(words: string[]): Promise<number> {
  const found = findCommand(words);
  if (asksForHelp(words)) return print(found?.command.help ?? usage());
  if (!found) {
    console.error(usage());
    return 2;
  }
  try {
    return await found.command.run(found.args);
  } catch (error) {
    console.error(isCallersFault(error) ? sentence(error) : error);
    return found.command.faultStatus;
  }
}

function asksForHelp(words: string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end < 0 ? undefined : end).some((word) => ['--help', '-h'].includes(word));
}

function isCallersFault(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return (
    error instanceof Refusal ||
    error instanceof ConfigurationError ||
    error instanceof RangeError ||
    (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS'))
  );
}

function sentence(error: unknown): string {
  if (error instanceof Invalid) return Object.values(error.fields).join('\n');
  return error instanceof Refusal ? error.publicText : (error as Error).message;
}
