import { t } from '../platform/language/speaking.js';
const browsers: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/Windows/, 'Windows'],
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Mac OS X/, 'macOS'],
  [/Linux|X11/, 'Linux'],
];

/** A User-Agent header in words that a person recognises, e.g. `Firefox on Windows`. */
export function browserText(agent: string): string {
  return knownBrowser(agent) ?? t`Unknown browser`;
}

/** The same, or nothing. */
export function knownBrowser(agent: string): string | undefined {
  const [browser, system] = [browsers, systems].map(
    (names) => names.find(([pattern]) => pattern.test(agent))?.[1],
  );
  if (!browser) return system && t`A browser on ${system}`;
  return system ? t`${browser} on ${system}` : browser;
}
