import { describe, expect, test } from '@jest/globals';
import { wordsOf } from '../platform/language/speaking.js';
import { problemOfUrl } from './web-address.js';

const problem = (...[url, kind, environment]: Parameters<typeof problemOfUrl>) =>
  wordsOf(problemOfUrl(url, kind, environment) ?? 'good');

describe('addresses of a domain', () => {
  test.each([
    ['https://www.example.org', 'callback', 'live', /good/],
    ['https://www.example.org/signed-in?from=us&x=1', 'callback', 'live', /good/],
    ['https://www.example.org:8443/signed-in', 'callback', 'live', /good/],
    ['https://192.0.2.1/', 'callback', 'live', /good/],
    ['HTTPS://www.example.org/', 'callback', 'live', /good/],
    ['http://www.example.org/', 'callback', 'live', /https/],
    ['http://www.example.org/', 'callback', 'test', /https/],
    ['http://localhost:3000/back', 'callback', 'test', /good/],
    ['http://shop.localhost/back', 'callback', 'test', /good/],
    ['http://127.0.0.1:3000/back', 'callback', 'test', /good/],
    ['http://[::1]:3000/back', 'callback', 'test', /good/],
    ['http://localhost:3000/back', 'callback', 'live', /https/],
    ['http://localhost.example.org/', 'callback', 'test', /https/],
    ['http://localhost:3000/back', 'fallback', 'test', /good/],
    ['http://localhost:3000/back', 'webhook', 'test', /https/],
    ['https://www.example.org/?token=x', 'callback', 'live', /token/],
    ['https://www.example.org/?token=x', 'fallback', 'live', /good/],
    ['https://www.example.org/#part', 'callback', 'live', /#/],
    ['https://www.example.org/#', 'fallback', 'live', /#/],
    ['https://user@www.example.org/', 'callback', 'live', /user name/],
    ['https://:secret@www.example.org/', 'webhook', 'live', /user name/],
    ['https://@www.example.org/', 'callback', 'live', /user name/],
    ['https://www.example.org/@me', 'callback', 'live', /good/],
    ['javascript:alert(1)', 'callback', 'test', /https/],
    ['data:text/html,x', 'fallback', 'test', /https/],
    ['app://open', 'callback', 'test', /https/],
    ['/signed-in', 'callback', 'live', /whole address/],
    ['//www.example.org/', 'callback', 'live', /whole address/],
    ['https:www.example.org', 'callback', 'live', /whole address/],
    ['https:///www.example.org', 'callback', 'live', /whole address/],
    ['https:\\\\www.example.org', 'callback', 'live', /whole address/],
    ['https://', 'callback', 'live', /whole address/],
    ['https://www.example.org/ ', 'callback', 'live', /whole address/],
    ['https://www.exam\nple.org/', 'callback', 'live', /whole address/],
    ['https://www.éxample.org/', 'callback', 'live', /whole address/],
    [`https://www.example.org/${'a'.repeat(2000)}`, 'callback', 'live', /2,000/],
    ['', 'callback', 'live', /whole address/],
  ] as const)('%s as %s of a %s domain: %s', (url, kind, environment, expected) => {
    expect(problem(url, kind, environment)).toMatch(expected);
  });
});
