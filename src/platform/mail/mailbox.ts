import { Injectable } from '@nestjs/common';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime, { type Address, type Email } from 'postal-mime';
import { Config } from '../config/config.js';
import { mailFolder } from './mailbox-mailer.js';

/** A kept mail, as a mail reader shows it. */
export interface KeptMail {
  /** Name of its file; safe in an address. */
  id: string;
  date: Date;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  headers: { name: string; value: string }[];
}

const idForm = /^\d{8}T\d{9}Z-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads what MailboxMailer keeps. */
@Injectable()
export class Mailbox {
  private readonly folder: string;

  constructor(config: Config) {
    this.folder = mailFolder(config);
  }

  /**
   * The newest mails, those that arrived last first: a run for a day of next January, made on the
   * way, does not stay on top of what comes after it.
   */
  async list(limit: number): Promise<KeptMail[]> {
    const names = await readdir(this.folder).catch(absent<string[]>([]));
    const ids = names
      .filter((name) => name.endsWith('.eml'))
      .map((name) => name.slice(0, -'.eml'.length))
      .filter((id) => idForm.test(id));
    const arrived = await Promise.all(ids.map((id) => this.arrivedAt(id)));
    const order = ids.map((id, at) => ({ id, at: arrived[at]! }));
    order.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
    const mails = await Promise.all(order.slice(0, limit).map(({ id }) => this.read(id)));
    return mails.filter((mail) => mail !== undefined);
  }

  private async arrivedAt(id: string): Promise<number> {
    const file = await stat(join(this.folder, `${id}.eml`)).catch(absent(undefined));
    return file ? Math.floor(file.mtimeMs / 1000) : 0;
  }

  /** One mail; undefined when there is none with this id, whatever the id looks like. */
  async read(id: string): Promise<KeptMail | undefined> {
    if (!idForm.test(id)) return undefined;
    const bytes = await readFile(join(this.folder, `${id}.eml`)).catch(absent(undefined));
    return bytes && keptMail(id, await PostalMime.parse(bytes));
  }
}

function keptMail(id: string, mail: Email): KeptMail {
  return {
    id,
    date: new Date(mail.date!),
    from: addressText(mail.from),
    to: (mail.to ?? []).map(addressText).join(', '),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? '',
    headers: mail.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
  };
}

function addressText(address: Address | undefined): string {
  if (!address?.address) return '';
  return address.name ? `${address.name} <${address.address}>` : address.address;
}

/** No folder or file yet is not an error. */
function absent<T>(instead: T) {
  return (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
}
