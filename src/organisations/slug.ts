/** A4: the short name of an organisation, 2 to 40 ASCII letters and digits. */
export function isSlug(text: string): boolean {
  return /^[A-Za-z0-9]{2,40}$/.test(text);
}

/** A short name to begin with: accents folded, the rest left out. */
export function suggestSlug(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 40);
}

/** P1: an ION is a string of four digits; leading zeros count. */
export function isIon(text: string): boolean {
  return /^[0-9]{4}$/.test(text);
}
