import { isCollection, isMap, isPair, isScalar, Lexer, type Node, type Pair } from 'yaml';

/** A file needs four: the top, its lists, their rows, the lists in these. */
export const deepest = 10;

/** No row has that many. */
export const mostFields = 100;

/** Written by the lexer between the pieces of the text, of which they are no part. */
const marks = new Set(['\x02', '\x18', '\x1f']);

/**
 * Where brackets stand in one another deeper than any file needs. It stops there: the parser itself
 * would come back from each level by its own error.
 */
export function tooDeepAt(text: string): number | undefined {
  let offset = 0;
  let depth = 0;
  let scalar = false;
  for (const piece of new Lexer().lex(text)) {
    if (!scalar && (piece === '[' || piece === '{')) depth++;
    if (!scalar && (piece === ']' || piece === '}')) depth = Math.max(0, depth - 1);
    if (depth > deepest) return offset;
    const mark: boolean = !scalar && marks.has(piece);
    if (!mark) offset += piece.length;
    scalar = mark && piece === '\x1f';
  }
  return undefined;
}

export type KeyProblem = { at: number; kind: 'twice' | 'too many' };

/** Fields that are written twice in one map, each but the first, and maps of too many fields. */
export function* keyProblems(contents: Node | null): Generator<KeyProblem> {
  const waiting: unknown[] = [contents];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (isPair(node)) waiting.push(node.key, node.value);
    if (!isCollection(node)) continue;
    if (isMap(node)) yield* problemsOf(node.items as Pair<Node, Node | null>[]);
    for (const item of node.items) waiting.push(item);
  }
}

function* problemsOf(pairs: Pair<Node, Node | null>[]): Generator<KeyProblem> {
  const seen = new Set<unknown>();
  for (const [index, { key }] of pairs.entries()) {
    const at = key.range?.[0] ?? 0;
    if (index === mostFields) {
      yield { at, kind: 'too many' };
      return;
    }
    if (!isScalar(key)) continue;
    if (seen.has(key.value)) yield { at, kind: 'twice' };
    seen.add(key.value);
  }
}
