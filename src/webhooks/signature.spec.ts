import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { newSigningSecret, signatureHeaders } from './signature.js';

const id = 'msg_27b7e5a04f6b4f7a9a3f0d2f9c6f5b11';
const body = '{"type":"secret.expiring","data":{"name":"Search gateway – größer"}}';
const old = newSigningSecret();
const current = newSigningSecret();
const now = () => new Date();

describe('a signed message', () => {
  test('is what the standard’s own example says', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const at = new Date(1_614_265_330_000);
    const headers = signatureHeaders(
      [secret],
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      at,
      '{"test": 2432232314}',
    );
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  test.each([
    ['the current secret', current],
    ['the one before, while there are two', old],
  ])('is taken by another’s implementation with %s', (_, secret) => {
    const headers = signatureHeaders([current, old], id, now(), body);
    expect(headers['webhook-signature']!.split(' ')).toHaveLength(2);
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  });

  test.each([
    ['another secret', (h: Record<string, string>) => [newSigningSecret(), h, body] as const],
    ['a changed body', (h: Record<string, string>) => [current, h, `${body} `] as const],
    [
      'another id',
      (h: Record<string, string>) => [current, { ...h, 'webhook-id': 'msg_1' }, body] as const,
    ],
    [
      'another time',
      (h: Record<string, string>) =>
        [
          current,
          { ...h, 'webhook-timestamp': String(Number(h['webhook-timestamp']) + 1) },
          body,
        ] as const,
    ],
  ])('is refused with %s', (_, change) => {
    const [secret, headers, text] = change(signatureHeaders([current], id, now(), body));
    expect(() => new Webhook(secret).verify(text, headers)).toThrow('No matching signature found');
  });

  test('is refused when it is old', () => {
    const headers = signatureHeaders([current], id, new Date(Date.now() - 301_000), body);
    expect(() => new Webhook(current).verify(body, headers)).toThrow('too old');
  });
});

test('a secret has 256 bits and is never the same', () => {
  expect(current).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(current).not.toBe(old);
});
