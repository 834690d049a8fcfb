import { userinfoScope } from '../applications/sign-in-resource.js';
import { t } from '../platform/language/speaking.js';

const scopeTexts: Record<string, () => string> = {
  [userinfoScope]: () => t`Your name and e-mail address at any time, not only when you sign in`,
};

/** What a user is asked for beside the sign-in itself. */
export function scopeText(scope: string): string {
  return scopeTexts[scope]?.() ?? scope;
}

/** What an application knows of whoever signs in for it, in words. */
export function knownText(scopes: readonly string[]): string {
  return scopes.includes(userinfoScope)
    ? t`Name and e-mail address, at any time`
    : t`Name and e-mail address, as of the last sign-in`;
}
