import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { Config } from '../platform/config/config.js';
import { t } from '../platform/language/speaking.js';
import { Invalid } from '../platform/refusals.js';

/** Longer than a line with the highest number. */
const piece = 128;

/**
 * Passwords of published breaches, in a file of the operator: a line for each with its SHA-1 in capitals
 * and whatever behind a colon, in their order, as "Pwned Passwords" is given out. Nothing is asked
 * outside. The hash is only the order of that file; nothing of ours is kept by it.
 */
@Injectable()
export class BreachedPasswords {
  constructor(private readonly config: Config) {}

  /** @throws Invalid for `field` */
  async refuse(field: string, password: string): Promise<void> {
    const file = this.config.BREACHED_PASSWORDS_FILE;
    if (!file) return;
    const wanted = createHash('sha1').update(password.normalize('NFC')).digest('hex').toUpperCase();
    const handle = await open(file);
    try {
      if (await isIn(handle, wanted)) throw new Invalid({ [field]: breached });
    } finally {
      await handle.close();
    }
  }
}

const breached = () =>
  t`This password is on a list of stolen ones. Choose another one, also where else you use it.`;

/** Halves the file until the line is found: some forty reads for a thousand million lines. */
async function isIn(handle: FileHandle, wanted: string): Promise<boolean> {
  let low = 0;
  let high = (await handle.stat()).size;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { start, hash } = await lineAfter(handle, middle);
    if (hash === wanted) return true;
    if (hash === '' || hash > wanted) high = middle;
    else low = start + hash.length;
  }
  return (await lineAfter(handle, 0)).hash === wanted;
}

/** The first line that begins behind this place; at the beginning, the first one. */
async function lineAfter(handle: FileHandle, place: number) {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2 * piece), 0, 2 * piece, place);
  const text = buffer.toString('latin1', 0, bytesRead);
  const skipped = place === 0 ? 0 : text.indexOf('\n') + 1;
  const hash = place > 0 && skipped === 0 ? '' : /^[0-9A-F]{0,40}/.exec(text.slice(skipped))![0];
  return { start: place + skipped, hash };
}
