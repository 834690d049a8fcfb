/**
 * The first of these media types that the caller accepts (RFC 9110 section 12.5.1), the best liked first.
 * @param header `Accept`; absent, it accepts everything
 */
export function acceptedOf(header = '*/*', types: readonly string[]): string | undefined {
  const liked = types.map((type) => ({ type, weight: weightOf(type, header) }));
  const best = Math.max(...liked.map(({ weight }) => weight));
  return best > 0 ? liked.find(({ weight }) => weight === best)!.type : undefined;
}

/** The range that names the type most closely counts. */
function weightOf(type: string, header: string): number {
  const ranges = new Map(header.split(',').map(rangeOf));
  const group = `${type.split('/')[0]}/*`;
  return ranges.get(type) ?? ranges.get(group) ?? ranges.get('*/*') ?? 0;
}

function rangeOf(text: string): [string, number] {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((each) => each.startsWith('q='));
  return [name, weight ? Number(weight.slice(2)) || 0 : 1];
}
