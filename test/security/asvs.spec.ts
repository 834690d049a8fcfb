import { describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How many requirements each section of OWASP ASVS 5.0.0 has up to level 2; of chapters 6, 7 and 11
 * and of section 13.3 up to level 3. Within a section they are numbered by level, from 1.
 */
const sections: Record<string, number> = {
  ...{ '1.1': 2, '1.2': 9, '1.3': 11, '1.4': 3, '1.5': 2 },
  ...{ '2.1': 3, '2.2': 3, '2.3': 4, '2.4': 1 },
  ...{ '3.2': 2, '3.3': 4, '3.4': 6, '3.5': 5, '3.7': 2 },
  ...{ '4.1': 3, '4.2': 1, '4.3': 2, '4.4': 4 },
  ...{ '5.1': 1, '5.2': 3, '5.3': 2, '5.4': 3 },
  ...{ '6.1': 3, '6.2': 12, '6.3': 8, '6.4': 6, '6.5': 8, '6.6': 4, '6.7': 2, '6.8': 4 },
  ...{ '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 3, '7.6': 2 },
  ...{ '8.1': 2, '8.2': 3, '8.3': 1, '8.4': 1 },
  ...{ '9.1': 3, '9.2': 4 },
  ...{ '10.1': 2, '10.2': 2, '10.3': 4, '10.4': 11, '10.5': 5, '10.6': 2, '10.7': 3 },
  ...{ '11.1': 4, '11.2': 5, '11.3': 5, '11.4': 4, '11.5': 2, '11.6': 2, '11.7': 2 },
  ...{ '12.1': 3, '12.2': 2, '12.3': 4 },
  ...{ '13.1': 1, '13.2': 5, '13.3': 4, '13.4': 5 },
  ...{ '14.1': 2, '14.2': 4, '14.3': 3 },
  ...{ '15.1': 3, '15.2': 3, '15.3': 7 },
  ...{ '16.1': 1, '16.2': 5, '16.3': 4, '16.4': 3, '16.5': 3 },
  ...{ '17.1': 1, '17.2': 4, '17.3': 2 },
};
const numbers = Object.entries(sections).flatMap(([section, count]) =>
  Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
);

const read = (path: string) => readFileSync(path, 'utf8');
const rows = read('docs/security/asvs.md')
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => line.slice(2, -2).split(' | '));

describe('the table', () => {
  test('has each number of the chosen levels once', () => {
    expect(rows.map(([number]) => number)).toEqual(numbers);
    expect(numbers).toHaveLength(278);
  });

  test('says in each row how and by what it is known', () => {
    expect(rows.filter((row) => row.length !== 4 || row.some((cell) => !cell.trim()))).toEqual([]);
  });
});

test('the documents name only files and tests that are there', () => {
  const path =
    /`((?:src|test|docs|templates|migrations|ops|tools|bench)\/[\w./-]+|[\w.-]+\.(?:json|mjs|md))`/g;
  const documents = readdirSync('docs/security').map((name) => `docs/security/${name}`);
  const absent = documents.flatMap((document) =>
    [...read(document).matchAll(path)]
      .map(([, named]) => named!)
      .filter((named) => !existsSync(named) && named !== 'sbom.json')
      .map((named) => `${document}: ${named}`),
  );
  expect(absent).toEqual([]);
  const tests = [...read('docs/security/asvs.md').matchAll(/`([\w./-]+\.spec\.ts)` “([^”]+)”/g)];
  expect(tests.length).toBeGreaterThan(150);
  expect(
    tests.filter(([, file, name]) => !read(file!).includes(name!)).map(([whole]) => whole),
  ).toEqual([]);
});

/** The code that runs, by path. */
const sources = (readdirSync('src', { recursive: true }) as string[])
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
  .map((name) => ({ path: join('src', name), text: read(join('src', name)) }));
const filesWith = (found: RegExp) =>
  sources.filter(({ text }) => found.test(text)).map(({ path }) => path);

describe('the inventory of cryptography', () => {
  const libraries =
    /import (?:type )?\{([^}]+)\} from '(node:crypto|@node-rs\/argon2|otplib|@simplewebauthn\/server[^']*)'/g;

  test('names every cryptographic function that the sources use', () => {
    const inventory = read('docs/security/cryptography.md');
    const used = sources.flatMap(({ text }) =>
      [...text.matchAll(libraries)]
        .filter(([, , library]) => library === 'node:crypto' || library === '@node-rs/argon2')
        .flatMap(([, names]) => names!.split(','))
        .map((name) => name.trim())
        // Types begin with a capital, or are marked.
        .filter((name) => /^[a-z]/.test(name) && !name.startsWith('type ')),
    );
    expect(used.length).toBeGreaterThan(40);
    expect([...new Set(used)].filter((name) => !inventory.includes(`\`${name}\``))).toEqual([]);
    // Each library that is none of these would have to be found, too.
    expect(
      filesWith(/from '(?:node:)?(?:bcrypt\w*|crypto-js|tweetnacl|jose|jsonwebtoken|uuid)'/),
    ).toEqual([]);
  });

  test('uses no other hash than SHA-256, but for the order of a published list', () => {
    const hashes =
      /create(?:Hash|Hmac)\('([^']+)'|(?<![.\w])(?:sign|verify|hkdfSync|hash)\('([\w-]+)',/g;
    const named = sources.flatMap(({ text }) => [...text.matchAll(hashes)]);
    expect(named.length).toBeGreaterThan(10);
    expect(new Set(named.map(([, one, other]) => one ?? other))).toEqual(
      new Set(['sha256', 'sha1']),
    );
    expect(filesWith(/'sha1'/)).toEqual(['src/authentication/breached-passwords.ts']);
  });

  test('takes random values from crypto alone', () => {
    expect(filesWith(/Math\.random|pseudoRandom/)).toEqual([]);
  });
});

describe('the sources', () => {
  test('never switches the check of certificates off', () => {
    expect(filesWith(/rejectUnauthorized|NODE_TLS_REJECT/)).toEqual([]);
  });

  test('opens connections in the listed files alone', () => {
    const opening =
      /(?<![.\w])fetch\((?!this)|createTransport\(|^import (?!type).* from 'node:(?:https|tls|dgram)'/m;
    const listed = [
      'src/platform/mail/smtp-mailer.ts',
      'src/reminders/alarm-routes.ts',
      // Writes files.
      'src/platform/mail/mailbox-mailer.ts',
      // A command on another machine; a page that shows how a program would do it.
      'src/cli/remote/remote-service.ts',
      'src/portal/connect.page.ts',
    ];
    // The way to addresses of users, which judges them.
    const outgoing = 'src/platform/outgoing/';
    const others = filesWith(opening).filter((path) => !path.startsWith(outgoing));
    expect(others.filter((path) => !listed.includes(path))).toEqual([]);
  });

  test('serves one folder', () => {
    expect(filesWith(/fastifyStatic,|sendFile\(/)).toEqual(['src/app.ts']);
    expect(read('src/app.ts')).toContain("root: join(templatesFolder, 'assets')");
  });

  test('keeps nothing in the storage of a browser', () => {
    expect(read('templates/assets/keyturn.js')).not.toMatch(
      /localStorage|sessionStorage|indexedDB|document\.cookie|caches\.|postMessage/,
    );
  });
});

test('the list of packages has a reason for every package', () => {
  const list = read('docs/dependencies.md');
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
    string,
    Record<string, string>
  >;
  const names = Object.keys({ ...dependencies, ...devDependencies });
  const missing = names.filter((name) => !list.includes(`\`${name}\``));
  expect(missing.filter((name) => !name.startsWith('@types/'))).toEqual([]);
});
