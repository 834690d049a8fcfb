import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { t } from '../platform/language/speaking.js';
import {
  type Cell,
  type Item,
  type Position,
  type Problem,
  type RawRow,
  type ReadFile,
  type RowKind,
} from './rows.js';
import { deepest, type KeyProblem, keyProblems, mostFields, tooDeepAt } from './yaml-limits.js';

const sections: Record<string, RowKind> = {
  apis: 'api',
  resources: 'resource',
  custom_roles: 'custom_role',
  organisations: 'organisation',
  applications: 'application',
  domains: 'domain',
  users: 'user',
  roles: 'role',
};

/**
 * Reads YAML as texts alone (the failsafe schema): `NO` is Norway and `0381` keeps its zero. Anchors,
 * aliases and tags are refused, so a file is as large as it looks. The time it takes grows with the
 * length of the text and no faster, whatever is in it: others may wait meanwhile.
 */
export function readYaml(text: string): ReadFile {
  const lines = new LineCounter();
  const reader = new YamlReader(lines);
  const deep = tooDeepAt(text);
  if (deep !== undefined) {
    lines.lineStarts = lineStartsOf(text.slice(0, deep));
    reader.complain(deep, t`Brackets stand in one another more than ${deepest} deep.`);
    return reader;
  }
  const { contents, errors } = parsed(text, lines);
  for (const { pos, message } of errors.slice(0, mostErrors))
    reader.complain(pos[0], t`This is not YAML: ${message.slice(0, 200)}`);
  for (const { at, kind } of keyProblems(contents)) reader.complain(at, keySentences()[kind]);
  if (reader.problems.length === 0) reader.read(contents);
  return reader;
}

/** Of the parser. Those after them follow from the first ones. */
const mostErrors = 100;

const keySentences = (): Record<KeyProblem['kind'], string> => ({
  twice: t`This field is written twice.`,
  'too many': t`No row has more than ${mostFields} fields.`,
});

function parsed(text: string, lineCounter: LineCounter) {
  const limit = Error.stackTraceLimit;
  // The parser makes an error of each mistake, and most of the time of that goes into its stack.
  Error.stackTraceLimit = 0;
  try {
    return parseDocument(text, {
      lineCounter,
      schema: 'failsafe',
      merge: false,
      // It would compare each key with all before it.
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
    });
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function lineStartsOf(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
}

class YamlReader implements ReadFile {
  readonly rows: RawRow[] = [];
  readonly kinds = new Set<RowKind>();
  readonly problems: Problem[] = [];

  constructor(private readonly lines: LineCounter) {}

  complain(offset: number, text: string): void {
    this.problems.push({ ...this.position(offset), text });
  }

  read(contents: Node | null): void {
    const top = this.plain(contents);
    if (!top || !isMap(top)) {
      const names = Object.keys(sections).join(', ');
      this.complain(offsetOf(contents), t`The file is a map with the lists ${names}.`);
      return;
    }
    for (const { key, value } of pairsOf(top)) {
      const name = textOf(key);
      const kind = Object.hasOwn(sections, name) ? sections[name] : undefined;
      if (kind) this.readSection(kind, name, value);
      else this.complain(offsetOf(key), t`There is no list "${shown(name)}".`);
    }
  }

  private readSection(kind: RowKind, name: string, value: Node | null): void {
    this.kinds.add(kind);
    const list = this.plain(value);
    if (!list || isEmpty(list)) return;
    if (!isSeq(list))
      return this.complain(offsetOf(value), t`"${name}" is a list: begin each row with "-".`);
    for (const item of list.items as (Node | null)[]) {
      const row = this.plain(item);
      if (row && isMap(row)) this.rows.push(this.readRow(kind, row));
      else if (row)
        this.complain(offsetOf(item), t`This row is a map of fields, such as "name: …".`);
    }
  }

  private readRow(kind: RowKind, row: YAMLMap): RawRow {
    const cells = new Map<string, Cell>();
    for (const { key, value } of pairsOf(row)) {
      const node = this.plain(value);
      const name = textOf(key);
      const at = this.position(offsetOf(value ?? key));
      if (!node) continue;
      if (isSeq(node))
        cells.set(name, { at, value: this.readItems(node.items as (Node | null)[]) });
      else if (isScalar(node)) cells.set(name, { at, value: textOf(node) });
      else this.complain(offsetOf(value), t`"${shown(name)}" is a text, not a map.`);
    }
    return { kind, at: this.position(offsetOf(row)), cells };
  }

  private readItems(items: (Node | null)[]): Item[] {
    return items.flatMap((item) => {
      const node = this.plain(item);
      if (node && isScalar(node))
        return [{ at: this.position(offsetOf(item)), text: textOf(node) }];
      if (node) this.complain(offsetOf(item), t`Each entry of this list is a text.`);
      return [];
    });
  }

  /** The node, unless it is something that is not taken. */
  private plain(node: Node | null): Node | null {
    if (!node) return null;
    if (isAlias(node) || node.anchor !== undefined) {
      this.complain(offsetOf(node), t`Anchors and aliases (& and *) are not taken. Write it out.`);
      return null;
    }
    if (node.tag && !plainTags.has(node.tag)) {
      this.complain(offsetOf(node), t`Tags (!) are not taken.`);
      return null;
    }
    return node;
  }

  private position(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

const plainTags = new Set([
  'tag:yaml.org,2002:str',
  'tag:yaml.org,2002:seq',
  'tag:yaml.org,2002:map',
]);

function pairsOf(map: YAMLMap): { key: Node | null; value: Node | null }[] {
  return map.items as Pair<Node, Node | null>[];
}

function textOf(node: Node | null): string {
  return isScalar(node) && typeof node.value === 'string' ? node.value : '';
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && textOf(node) === '';
}

function offsetOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}

/** What the file says, short enough for a sentence. */
function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
