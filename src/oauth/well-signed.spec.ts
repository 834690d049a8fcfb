import { describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { type Claims, readToken, signToken } from './access-token.js';

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ours = pair();
const claims = { iss: 'https://keyturn.example.org', jti: 'one' } as Claims;
const read = (token: string, key = ours.publicKey) =>
  readToken(
    token,
    () => true,
    () => Promise.resolve(key),
  );

describe('a token that was found well signed', () => {
  const token = signToken(claims, 'a', ours.privateKey);

  test('is read again', async () => {
    expect(await read(token)).toEqual(claims);
    expect(await read(token)).toEqual(claims);
  });

  test('vouches for no other text', async () => {
    await read(token);
    const [head, body, signature] = token.split('.') as [string, string, string];
    const other = Buffer.from(JSON.stringify({ ...claims, jti: 'two' })).toString('base64url');
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    const others = [
      `${head}.${other}.${signature}`,
      `${head}.${body}.${flipped}`,
      `${head}.${body}.${signature.slice(0, -2)}`,
      `${head}.${body}.${signature}.${signature}`,
    ];
    for (const each of others) {
      expect(await read(each)).toBeUndefined();
      expect(await read(each)).toBeUndefined();
    }
  });

  test('means nothing under another key', async () => {
    await read(token);
    expect(await read(token, pair().publicKey)).toBeUndefined();
  });
});
