import { describe, expect, test } from '@jest/globals';
import { isLocalHost, normalHost } from './normal-host.js';

describe('hosts are compared in one form', () => {
  test.each([
    ['example.nl', 'example.nl'],
    ['Example.NL', 'example.nl'],
    [' example.nl ', 'example.nl'],
    ['example.nl:8443', 'example.nl'],
    ['example.nl.', 'example.nl'],
    ['WWW.Example.nl.:443', 'example.nl'],
    ['www.example.nl', 'example.nl'],
    ['www.www.example.nl', 'example.nl'],
    // Hosts of their own.
    ['my-www.example.nl', 'my-www.example.nl'],
    ['shop.example.nl', 'shop.example.nl'],
    ['Bücher.example', 'xn--bcher-kva.example'],
    ['XN--Bcher-KVA.example', 'xn--bcher-kva.example'],
    ['www。bücher。example', 'xn--bcher-kva.example'],
    ['localhost', 'localhost'],
    ['localhost:3000', 'localhost'],
    ['shop.localhost', 'shop.localhost'],
    ['1e100.net', '1e100.net'],
  ])('%s is %s', (text, host) => {
    expect(normalHost(text)).toBe(host);
  });

  test.each([
    '',
    '.',
    'nl',
    'www.nl',
    'example',
    '127.0.0.1',
    '127.1',
    '[::1]',
    '[::1]:3000',
    '::1',
    'https://example.nl',
    'example.nl/path',
    'example.nl..',
    '.example.nl',
    'a..nl',
    '-a.nl',
    'a-.nl',
    'a_b.nl',
    '*.example.nl',
    'user@example.nl',
    'example.nl:',
    'example.nl:123456',
    'exa mple.nl',
    'example.nl\u0000',
    'xn--.nl',
    'xn--\u0000.nl',
    `${'a'.repeat(64)}.nl`,
    `${'a.'.repeat(127)}nl`,
  ])('"%s" is no host', (text) => {
    expect(normalHost(text)).toBeUndefined();
  });

  test.each([
    ['localhost', true],
    ['a.localhost', true],
    ['localhost.example.nl', false],
    ['notlocalhost', false],
  ])('%s is this very machine: %s', (host, local) => {
    expect(isLocalHost(host)).toBe(local);
  });
});
