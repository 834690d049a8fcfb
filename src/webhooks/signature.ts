import { createHmac, randomBytes } from 'node:crypto';

/** How the secret of an endpoint looks by the Standard Webhooks: a prefix, and base64 of its bytes. */
const prefix = 'whsec_';

/** 256 random bits, for HMAC-SHA-256. */
export function newSigningSecret(): string {
  return prefix + randomBytes(32).toString('base64');
}

/**
 * The three headers of a message by the Standard Webhooks. Whoever knows one of the secrets can tell that
 * these very bytes come from here, and when they were sent.
 * @param secrets each of them signs: while a secret is being changed there are two
 * @param at of this attempt; the id is that of all attempts
 */
export function signatureHeaders(
  secrets: readonly string[],
  id: string,
  at: Date,
  body: string,
): Record<string, string> {
  const seconds = String(Math.floor(at.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(prefix.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': signatures.join(' '),
  };
}
