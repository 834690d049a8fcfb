import { t, type Words } from '../platform/language/speaking.js';
import { Invalid } from '../platform/refusals.js';
import { type Picture, shrunk } from './picture.js';

/** Bytes of a file that is taken. */
export const largestLogo = 512 * 1024;

/** Of each side, in pixels: more would take long to read. */
const longestSide = 1_024;

/** What is kept: even noise of this size is within the limit of the table. */
const keptSide = 240;

/** A picture has some; each takes as long to read as the whole picture, however short it is. */
const mostScans = 32;

/**
 * Makes a PNG of ours from an uploaded picture, whatever its name says it is: pixels alone are taken over,
 * nothing that was written beside them.
 * @throws Invalid at `logo`
 */
export async function madeLogo(file: Buffer): Promise<Buffer> {
  if (file.length === 0) throw refused(() => t`Choose a picture.`);
  if (file.length > largestLogo) throw refused(() => t`The picture is larger than 512 kB.`);
  const read = isPng(file) ? readPng : isJpeg(file) ? readJpeg : undefined;
  if (!read) throw refused(() => t`Choose a PNG or JPEG picture.`);
  const picture = await read(file);
  if (isTooLong(picture)) throw refused(tooLong);
  const { PNG } = await import('pngjs');
  const { width, height, data } = shrunk(picture, keptSide);
  const png = new PNG({ width, height });
  png.data = data;
  return PNG.sync.write(png);
}

function isPng(file: Buffer): boolean {
  return file.subarray(0, 8).equals(pngBegin) && file.subarray(12, 16).equals(pngHead);
}

function isJpeg(file: Buffer): boolean {
  return file.subarray(0, 3).equals(jpegBegin);
}

const pngBegin = Buffer.from('89504e470d0a1a0a', 'hex');
const pngHead = Buffer.from('IHDR');
const jpegBegin = Buffer.from('ffd8ff', 'hex');
const jpegScan = Buffer.from('ffda', 'hex');

async function readPng(file: Buffer): Promise<Picture> {
  if (file.length < 33) throw refused(unreadable);
  if (isTooLong({ width: file.readUInt32BE(16), height: file.readUInt32BE(20) })) {
    throw refused(tooLong);
  }
  // Of such a file nobody knows how much it is before it is unpacked.
  if (file[28] !== 0) throw refused(() => t`Save the PNG without interlacing.`);
  const { PNG } = await import('pngjs');
  return readable(() => PNG.sync.read(file));
}

async function readJpeg(file: Buffer): Promise<Picture> {
  let scans = 0;
  for (let at = file.indexOf(jpegScan); at >= 0; at = file.indexOf(jpegScan, at + 2)) scans++;
  if (scans > mostScans) throw refused(unreadable);
  const { default: jpeg } = await import('jpeg-js');
  const most = { maxResolutionInMP: (longestSide * longestSide) / 1e6, maxMemoryUsageInMB: 128 };
  return readable(() => jpeg.decode(file, { ...most, useTArray: true, formatAsRGBA: true }));
}

/** What a reader of pictures throws says nothing to people. */
function readable(
  read: () => Picture | { width: number; height: number; data: Uint8Array },
): Picture {
  try {
    const { width, height, data } = read();
    return { width, height, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength) };
  } catch (error) {
    const isLarge = error instanceof Error && error.message.includes('maxResolutionInMP');
    throw refused(isLarge ? tooLong : unreadable);
  }
}

function isTooLong({ width, height }: { width: number; height: number }): boolean {
  return width > longestSide || height > longestSide;
}

function tooLong(): string {
  return t`The picture is wider or higher than ${longestSide} pixels.`;
}

const unreadable = () => t`This picture cannot be read. Save it anew as PNG.`;

function refused(words: Words): Invalid {
  return new Invalid({ logo: words });
}
