import { auditExport, auditHead, auditVerify } from './audit.js';
import type { Command } from './command.js';
import { demoCode } from './demo-code.js';
import { doctor } from './doctor.js';
import { exportCommand } from './export.js';
import { forecast } from './forecast.js';
import { invite, inviteIt } from './invite.js';
import { keysList, keysRotate } from './keys.js';
import { keysRemove, keysRewrap } from './own-keys.js';
import { applyCommand, planCommand } from './plan.js';
import { remind } from './remind.js';
import { restoreJournal } from './restore-journal.js';

/** All commands, in the order in which the usage lists them. */
export const commands: Command[] = [
  planCommand,
  applyCommand,
  exportCommand,
  remind,
  forecast,
  invite,
  inviteIt,
  auditVerify,
  auditHead,
  auditExport,
  keysList,
  keysRotate,
  keysRewrap,
  keysRemove,
  doctor,
  restoreJournal,
  demoCode,
];

/** The command that these words begin with, and what follows it. */
export function findCommand(words: string[]): { command: Command; args: string[] } | undefined {
  for (const command of commands) {
    const name = command.name.split(' ');
    if (name.every((word, at) => words[at] === word)) {
      return { command, args: words.slice(name.length) };
    }
  }
  return undefined;
}

export function usage(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'Usage: keyturn <command> [options]',
    '',
    ...lines,
    '',
    'plan, apply, export, forecast, invite and audit export also work from another machine, with KEYTURN_URL,',
    'KEYTURN_CLIENT_ID and KEYTURN_CLIENT_SECRET of an application that IT gave scopes of the API.',
    '',
    'keyturn <command> --help explains one. Exit status: 0, or 1 when something failed, or 2 for a wrong',
    'call or configuration, where the command does not say otherwise.',
  ].join('\n');
}
