import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * Who may import whom, as data. A change here is a change of the architecture and comes with an ADR.
 * `platform` knows no word of our trade; doors never import each other; a child knows its parent.
 */
const mayImport: Record<string, string[]> = {
  platform: [],
  audit: ['platform'],
  organisations: ['platform', 'audit'],
  users: ['platform', 'audit', 'organisations'],
  authentication: ['platform', 'audit', 'organisations', 'users'],
  applications: ['platform', 'audit', 'organisations', 'users'],
  secrets: ['platform', 'audit', 'organisations', 'users', 'applications'],
  oauth: ['platform', 'audit', 'organisations', 'users', 'applications', 'secrets'],
  domains: ['platform', 'audit', 'organisations', 'users', 'applications', 'secrets'],
  'sign-token': [
    'platform',
    'audit',
    'organisations',
    'users',
    'applications',
    'secrets',
    'domains',
  ],
  'authorization-code': [
    'platform',
    'audit',
    'organisations',
    'users',
    'applications',
    'secrets',
    'oauth',
    'domains',
    'sign-token',
  ],
  webhooks: ['platform', 'audit', 'organisations', 'users', 'applications', 'secrets', 'domains'],
  usage: ['platform', 'audit', 'organisations', 'users', 'applications', 'secrets', 'domains'],
  leaks: ['platform', 'audit', 'organisations', 'users', 'applications', 'secrets'],
  reminders: ['platform', 'audit', 'organisations', 'users', 'applications', 'secrets'],
  provisioning: [
    'platform',
    'audit',
    'organisations',
    'users',
    'applications',
    'secrets',
    'domains',
  ],
  portal: [
    'platform',
    'audit',
    'organisations',
    'users',
    'authentication',
    'applications',
    'secrets',
    'domains',
    'sign-token',
    'authorization-code',
    'webhooks',
    'usage',
    'leaks',
    'reminders',
  ],
  admin: [
    'platform',
    'audit',
    'organisations',
    'users',
    'authentication',
    'applications',
    'secrets',
    'domains',
    'sign-token',
    'authorization-code',
    'webhooks',
    'usage',
    'oauth',
    'leaks',
    'reminders',
    'provisioning',
  ],
  api: [
    'platform',
    'audit',
    'organisations',
    'users',
    'authentication',
    'applications',
    'secrets',
    'domains',
    'sign-token',
    'authorization-code',
    'webhooks',
    'usage',
    'oauth',
    'leaks',
    'reminders',
    'provisioning',
  ],
  // Commands use the features, and put the rooms together as the files at the top do ('').
  cli: [
    '',
    'platform',
    'audit',
    'organisations',
    'users',
    'applications',
    'secrets',
    'domains',
    'sign-token',
    'oauth',
    'reminders',
    'provisioning',
    'demo',
  ],
  demo: [
    'platform',
    'audit',
    'organisations',
    'users',
    'authentication',
    'applications',
    'secrets',
    'domains',
    'sign-token',
    'reminders',
  ],
};

/** Files of `src/` itself: they put the rooms together. */
const atTheTop = [
  'main.ts',
  'cli.ts',
  'app.ts',
  'app.module.ts',
  'command.module.ts',
  'start.ts',
  'schema.ts',
];

const root = join(import.meta.dirname, '..', 'src');
const files = filesBelow(root).filter((file) => !file.endsWith('.spec.ts'));
const imports = new Map(files.map((file) => [file, importsOf(file)]));

describe('the architecture', () => {
  test('has no folder that is not in the table', () => {
    const names = readdirSync(root).filter((name) => statSync(join(root, name)).isDirectory());
    expect(names.filter((name) => !(name in mayImport))).toEqual([]);
  });

  test('has no file at the top that is not in the list', () => {
    const names = readdirSync(root).filter((name) => name.endsWith('.ts'));
    expect(names.filter((name) => !atTheTop.includes(name))).toEqual([]);
  });

  test('lets folders import only what the table allows', () => {
    const wrong = [...imports].flatMap(([file, targets]) =>
      targets
        .filter((target) => !allowed(folderOf(file), folderOf(target)))
        .map((target) => `${file} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('has no circle among files', () => {
    expect(circles()).toEqual([]);
  });

  test('takes the time from platform/clock alone', () => {
    const clock = /\bnew Date\(\)|\bDate\.now\(/;
    expect(offenders(clock, ['platform/clock.ts'])).toEqual([]);
  });

  test('reads the environment in platform/config alone', () => {
    expect(offenders(/\bprocess\.env\b/, ['platform/config/load.ts'])).toEqual([]);
  });

  test('has no interceptor for everything, which would cost every token (docs/adr/0013)', () => {
    expect(offenders(/\bAPP_INTERCEPTOR\b|\buseGlobalInterceptors\b/, [])).toEqual([]);
  });

  test('never lets TypeORM change the schema', () => {
    expect(offenders(/synchronize:\s*true/, [])).toEqual([]);
  });
});

function allowed(from: string, to: string): boolean {
  return from === '' || from === to || (mayImport[from] ?? []).includes(to);
}

function offenders(pattern: RegExp, except: string[]): string[] {
  return files.filter((file) => {
    const code = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    return !except.includes(file) && pattern.test(code);
  });
}

function circles(): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, way: string[]): void => {
    if (way.includes(file)) {
      found.push([...way.slice(way.indexOf(file)), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}

function folderOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : '';
}

/** Imports of files in `src/`, also those of types alone. */
function importsOf(file: string): string[] {
  const code = readFileSync(join(root, file), 'utf8');
  return [...code.matchAll(/\bfrom '(\.{1,2}\/[^']+)\.js'/g)]
    .map(([, path]) => relative(root, join(root, dirname(file), `${path}.ts`)))
    .filter((target) => !target.startsWith('..'));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replaceAll('\\', '/'));
}
