import type { SendMailOptions } from 'nodemailer';
import { recipient } from './address.js';
import type { Envelope, MailAddress } from './mailer.js';
import { oneLine } from './one-line.js';

/**
 * The message as nodemailer takes it. Addresses go in as objects and headers as checked lines; the
 * SMTP envelope follows from them and is never set from data.
 */
export function messageOf(envelope: Envelope, from: MailAddress, now: Date): SendMailOptions {
  const { messageId, to, subject, text, html, headers = [], references, date } = envelope;
  return {
    from,
    to: recipient(to),
    subject: oneLine(subject),
    text,
    html,
    messageId,
    references,
    date: date ?? now,
    headers: [...automatic, ...headers.map(headerLine)],
    xMailer: false,
  };
}

/** RFC 3834: other machines shall not answer. */
const automatic = [
  { key: 'Auto-Submitted', value: 'auto-generated' },
  { key: 'X-Auto-Response-Suppress', value: 'All' },
];

function headerLine({ key, value }: { key: string; value: string }) {
  if (!/^X-[A-Za-z-]{1,40}$/.test(key))
    throw new Error(`${JSON.stringify(key)} is no header of ours`);
  return { key, value: oneLine(value) };
}
