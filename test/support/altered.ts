/** A value that differs in one character for certain, whatever it was: the first, or the last. */
export function altered(value: string, at: 'first' | 'last' = 'last'): string {
  const [place, rest] =
    at === 'first' ? [value[0]!, value.slice(1)] : [value.at(-1)!, value.slice(0, -1)];
  const other = place === '0' ? '1' : '0';
  return at === 'first' ? other + rest : rest + other;
}
