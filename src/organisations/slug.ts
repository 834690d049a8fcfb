/** A4: the short name of an organisation, 2 to 40 ASCII letters and digits. */
export function isSlug(text: string): boolean {
  return /^[A-Za-z0-9]{2,40}$/.test(text);
}

/** Letters that Unicode does not take apart into a plain one and an accent. */
const plain = new Map(
  'ß:ss ẞ:SS Æ:AE æ:ae Œ:OE œ:oe Ø:O ø:o Ł:L ł:l Đ:D đ:d Ð:D ð:d Þ:Th þ:th Ħ:H ħ:h Ŧ:T ŧ:t ı:i'
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);

/**
 * A short name to begin with: accents folded, the rest left out. Can be too short to be a slug, as of
 * a name in another script.
 */
export function suggestSlug(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]/gu, (character) => plain.get(character) ?? '')
    .slice(0, 40);
}

/** P1: an ION is a string of four digits; leading zeros count. */
export function isIon(text: string): boolean {
  return /^[0-9]{4}$/.test(text);
}
