import { generateSecret, generateURI, verifySync } from 'otplib';

const period = 30;

/** A new TOTP key in base32, 160 random bits (RFC 4226 section 4, R6). */
export function newTotpKey(): string {
  return generateSecret();
}

/** What the QR code says: the key URI that authenticator apps understand. */
export function totpUri(key: string, email: string): string {
  return generateURI({ strategy: 'totp', secret: key, label: email, issuer: 'Keyturn' });
}

/**
 * Judges a TOTP code: six digits, 30-second steps, one step either way (R1, RFC 6238).
 * @returns the step (30-second periods since 1970) that the code belongs to, or `undefined`
 */
export function totpStep(key: string, code: string, now: Date): number | undefined {
  const digits = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(digits)) return undefined;
  const epoch = Math.floor(now.getTime() / 1000);
  const result = verifySync({ secret: key, token: digits, epoch, epochTolerance: period });
  return result.valid ? Math.floor(epoch / period) + result.delta : undefined;
}
