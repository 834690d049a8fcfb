import type { SendMailOptions } from 'nodemailer';
import { recipient } from './address.js';
import type { Envelope, MailAddress } from './mailer.js';
import { asciiAddress, type HeaderLine, headerAddress, headerText, mimeMessage } from './mime.js';
import { oneLine } from './one-line.js';

/**
 * The message as nodemailer takes it: written out, with the one sender and the one recipient that
 * stand in its headers. Who has an address beyond ASCII gets it composed by nodemailer, which knows
 * when a mail server takes such addresses.
 */
export function messageOf(envelope: Envelope, from: MailAddress, now: Date): SendMailOptions {
  const { messageId, subject, text, html, references, date = now } = envelope;
  const to = recipient(envelope.to);
  const headers = [...automatic, ...(envelope.headers ?? []).map(headerOf)];
  const sender = headerAddress(from);
  const reader = headerAddress(to);
  const addresses = [asciiAddress(from.address), asciiAddress(to.address)];
  if (!sender || !reader || !addresses[0] || !addresses[1]) {
    const common = { from, to, subject: oneLine(subject), text, html, messageId, references };
    return { ...common, date, headers, xMailer: false };
  }
  const lines: HeaderLine[] = [
    ['From', sender],
    ['To', reader],
    ['Subject', headerText(oneLine(subject))],
    ['Message-ID', messageId],
    ...(references ? [['References', references] satisfies HeaderLine] : []),
    ['Date', date.toUTCString().replace('GMT', '+0000')],
    ...headers.map(({ key, value }): HeaderLine => [key, headerText(value)]),
  ];
  return {
    raw: mimeMessage(lines, text, html),
    envelope: { from: addresses[0], to: [addresses[1]] },
  };
}

/** RFC 3834: other machines shall not answer. */
const automatic = [
  { key: 'Auto-Submitted', value: 'auto-generated' },
  { key: 'X-Auto-Response-Suppress', value: 'All' },
];

function headerOf({ key, value }: { key: string; value: string }) {
  if (!/^(X-[A-Za-z-]{1,40}|List-Unsubscribe)$/.test(key))
    throw new Error(`${JSON.stringify(key)} is no header of ours`);
  return { key, value: oneLine(value) };
}
