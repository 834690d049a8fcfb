import { t, type Words } from '../platform/language/speaking.js';
import { Refusal } from '../platform/refusals.js';

/** A file of that many bytes has more than 100,000 rows. */
export const largestFile = 16 * 1024 * 1024;

/** A file that cannot be read at all. */
export class UnreadableFile extends Refusal {
  constructor(text: Words) {
    super(422, 'unreadable_file', text);
  }
}

/**
 * The text of a file, without a byte order mark.
 * @throws UnreadableFile for a file that is too large, or not UTF-8
 */
export function fileText(bytes: Uint8Array): string {
  if (bytes.length > largestFile) {
    throw new UnreadableFile(
      () =>
        t`The file has ${inMegabytes(bytes.length)}. The largest that is taken has ${inMegabytes(largestFile)}; divide it, for example by country.`,
    );
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new UnreadableFile(() => t`The file is UTF-16. Save it as UTF-8.`);
  }
  try {
    return checkedText(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    const line = lineOfFirstFault(bytes);
    throw new UnreadableFile(
      () =>
        t`The file is not UTF-8: line ${line} has a byte that does not belong there. It may be Latin-1 (Windows); save it as UTF-8.`,
    );
  }
}

/** The same for a text that was pasted. @throws UnreadableFile */
export function checkedText(text: string): string {
  if (text.length > largestFile) throw new UnreadableFile(() => t`The text is too long.`);
  if (text.includes('\0')) {
    throw new UnreadableFile(() => t`The file has a null character. It may not be a text file.`);
  }
  return text.replace(/^\uFEFF/, '');
}

function lineOfFirstFault(bytes: Uint8Array): number {
  const lenient = new TextDecoder('utf-8').decode(bytes);
  // A replacement character of the file itself is rare enough.
  return lenient.slice(0, lenient.indexOf('\uFFFD')).split('\n').length;
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
