import { userInfo } from 'node:os';
import type { Actor } from '../audit/audit.service.js';

/** Who acts by a command: the audit names the account of the machine under which it ran. */
export function commandLine(): Actor {
  return { id: null, name: `Command line (${userInfo().username})`, address: null };
}
