import { describe, expect, test } from '@jest/globals';
import { speaking, wordsOf } from '../language/speaking.js';
import { problemOfTarget, type Reach } from './target-url.js';

const strict: Reach = { http: false, allowed: [] };
const problem = (text: string, reach = strict) =>
  speaking('en', () => wordsOf(problemOfTarget(text, reach) ?? 'none'));

describe('the address of a webhook', () => {
  test.each([
    ['https://hooks.example.org/keyturn'],
    ['https://hooks.example.org:8443/a?b=c'],
    ['https://1.1.1.1/'],
    ['https://[2606:4700:4700::1111]/'],
    [`https://hooks.example.org/${'a'.repeat(1_900)}`],
  ])('%s is taken', (text) => {
    expect(problem(text)).toBe('none');
  });

  test.each([
    ['', /whole address/],
    ['hooks.example.org', /whole address/],
    ['//hooks.example.org', /whole address/],
    ['http://hooks.example.org', /https:\/\/ in front/],
    ['file:///etc/passwd', /whole address/],
    ['ftp://hooks.example.org', /whole address/],
    ['gopher://hooks.example.org', /whole address/],
    ['javascript:alert(1)', /whole address/],
    ['data:text/plain,x', /whole address/],
    [`https://hooks.example.org/${'a'.repeat(2_000)}`, /more than/],
    ['https://user:pass@hooks.example.org', /user name and password/],
    ['https://user@hooks.example.org', /user name and password/],
    ['https://hooks.example.org/#part', /after #/],
    ['https://hooks.example.org/#', /after #/],
    ['https://127.0.0.1/', /not public/],
    ['https://127.1/', /not public/],
    ['https://2130706433/', /not public/],
    ['https://0x7f000001/', /not public/],
    ['https://0x7f.0.0.1/', /not public/],
    ['https://0177.0.0.1/', /not public/],
    ['https://017700000001/', /not public/],
    ['https://127.0.0.1./', /not public/],
    ['https://%31%32%37.0.0.1/', /not public/],
    ['https://①②⑦.0.0.1/', /not public/],
    ['https://0/', /not public/],
    ['https://169.254.169.254/latest/meta-data', /not public/],
    ['https://[::1]/', /not public/],
    ['https://[::ffff:127.0.0.1]/', /not public/],
    ['https://[::ffff:7f00:1]/', /not public/],
    ['https://[fd00:ec2::254]/', /not public/],
    ['https://[64:ff9b::a9fe:a9fe]/', /not public/],
    ['https://[fe80::1%25lo]/', /whole address/],
    ['https://256.1.1.1/', /whole address/],
  ])('%s is refused', (text, expected) => {
    expect(problem(text)).toMatch(expected);
  });

  test('may be http, and in a network that is let through, where the settings say so', () => {
    const reach = { http: true, allowed: ['127.0.0.0/8'] };
    expect(problem('http://127.0.0.1:9000/', reach)).toBe('none');
    expect(problem('http://10.0.0.1/', reach)).toMatch(/not public/);
    expect(problem('ftp://127.0.0.1/', reach)).toMatch(/whole address/);
  });
});
