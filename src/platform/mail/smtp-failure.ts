import type { NodemailerError } from 'nodemailer';
import { MailRefused } from './mailer.js';
import { answerLine } from './one-line.js';

/**
 * What a failed hand-over means. Only an answer to the recipient or to the message itself is for
 * good: a server that refuses us at the greeting, at the login or as a sender refuses everybody, and
 * that is the operator's to repair, not a reason to give up on people's mails.
 */
export function refusalOf(error: unknown): MailRefused {
  if (error instanceof MailRefused) return error;
  const failure = error as NodemailerError;
  const ours = isOurOwn(failure);
  return new MailRefused({
    answer: answerLine(failure.response ?? describe(failure)),
    permanent: ours || (failure.permanent === true && isAboutTheMessage(failure)),
    forEverybody: !ours && !isAboutTheMessage(failure),
    mayHaveArrived: !ours && isLostOnTheWay(failure),
  });
}

/** 421 says in any place that the service is closing. */
function isAboutTheMessage({ command, responseCode }: NodemailerError): boolean {
  return (command === 'RCPT TO' || command === 'DATA') && responseCode !== 421;
}

/** Nodemailer would not even send it: address not usable, larger than the server takes. */
function isOurOwn({ code, responseCode }: NodemailerError): boolean {
  return responseCode === undefined && (code === 'EENVELOPE' || code === 'EMESSAGE');
}

/** An established connection that ended without an answer, or our own patience. */
function isLostOnTheWay({ code, command, responseCode, ...rest }: NodemailerError): boolean {
  const { originalCode, timeoutType } = rest as { originalCode?: string; timeoutType?: string };
  if (code === 'EABORT') return true;
  if (responseCode !== undefined) return false;
  if (command !== 'CONN' || neverThere.has(originalCode ?? '')) return false;
  if (code === 'ETIMEDOUT') return timeoutType === 'SOCKET_TIMEOUT';
  return code === 'ECONNECTION' || code === 'ESOCKET';
}

const neverThere = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);

function describe({ code, message }: NodemailerError): string {
  return code === 'EABORT' ? 'no answer in time' : `${message} (${code ?? 'unknown'})`;
}
