import { ConfigurationError } from './config.js';

/** A service elsewhere, and how a command proves itself to it. */
export interface Remote {
  /** Without a slash at its end. */
  url: string;
  clientId: string;
  clientSecret: string;
}

/**
 * @returns nothing where commands work on the database
 * @throws ConfigurationError with every problem at once; no value is repeated in it
 */
export function readRemote(source: Record<string, string | undefined>): Remote | undefined {
  const { KEYTURN_URL: url, KEYTURN_CLIENT_ID: clientId, KEYTURN_CLIENT_SECRET: secret } = source;
  if (!url) return undefined;
  const problems = [
    ...(isServiceUrl(url)
      ? []
      : [
          'KEYTURN_URL is wrong: it should be the address of the service, without a path, and https except on this machine, e.g. KEYTURN_URL=https://keyturn.example.org',
        ]),
    ...(clientId ? [] : ['KEYTURN_CLIENT_ID is missing: it goes with KEYTURN_URL']),
    ...(secret ? [] : ['KEYTURN_CLIENT_SECRET is missing: it goes with KEYTURN_URL']),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { url: url.replace(/\/$/, ''), clientId: clientId!, clientSecret: secret! };
}

/** A secret never travels in the open. */
function isServiceUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search, hash, username } = new URL(text);
  const near = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  const plain = pathname === '/' && !search && !hash && !username;
  return plain && (protocol === 'https:' || (protocol === 'http:' && near));
}
