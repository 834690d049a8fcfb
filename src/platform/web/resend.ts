const neverRepeated = new Set([
  '_csrf',
  'stepUpCode',
  'stepUpPasskey',
  'stepUpPassword',
  'passkey',
  'returnTo',
  'password',
  'passwordAgain',
  'newPassword',
  'code',
  'recoveryCode',
  'pasted',
]);

/**
 * The fields of a form, to be carried as hidden inputs to a second try, so that no typed input is
 * lost (R9). Passwords and codes are never repeated.
 */
export function withoutSecrets(body: unknown): { name: string; value: string }[] {
  return Object.entries((body ?? {}) as Record<string, unknown>)
    .filter(([name]) => !neverRepeated.has(name))
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value])
        .filter((each) => typeof each === 'string')
        .map((each: string) => ({ name, value: each })),
    );
}
