import { type Config, readConfig } from './config.js';
import { type Remote, readRemote } from './remote.js';
import { isDemoFolder, type KeyKind, keysOfFolder, markDemoFolder } from './key-file.js';
import { Keyring, type NumberedKey } from '../keys/keyring.js';
import { Keys } from '../keys/keys.js';

/**
 * The configuration of this process. Where the service keeps its own database, or in the demo, the
 * keys come from the data folder; with a database server, and in production, they must be given.
 * @param mode `demo` for the demo world; `command` follows what the data folder was last used for
 * @throws ConfigurationError
 */
export function loadConfig(
  mode: 'service' | 'demo' | 'command',
  environment = process.env,
): Config {
  const dataDir = environment.DATA_DIR || './data';
  const demo = mode === 'demo' || (mode === 'command' && isDemoFolder(dataDir));
  if (mode === 'demo') markDemoFolder(dataDir);
  const own = keysAreGiven(environment) && !demo ? {} : keysOfFolder(dataDir);
  return readConfig({ ...own, ...withoutEmpty(environment) }, demo);
}

/** Whether this list of keys is kept in the data folder, and not in the environment. */
export function isKeptInFolder(config: Config, kind: KeyKind, environment = process.env): boolean {
  return !environment[kind] && (config.demo || !keysAreGiven(environment));
}

function keysAreGiven(environment: NodeJS.ProcessEnv): boolean {
  return Boolean(environment.DATABASE_URL) || environment.NODE_ENV === 'production';
}

/** The service that commands of this process talk to, if it is one elsewhere. @throws ConfigurationError */
export function loadRemote(environment = process.env): Remote | undefined {
  return readRemote(environment);
}

/** The keys of a checked configuration. */
export function keysOf(config: Config): Keys {
  return new Keys(
    keyring(config.HASH_KEYS),
    keyring(config.SESSION_KEYS),
    keyring(config.ENCRYPTION_KEYS),
  );
}

function keyring(list: string): Keyring {
  const entries = list.split(',').map((entry) => entry.split(':') as [string, string]);
  const keys = entries
    .filter(([, key]) => key !== 'lost')
    .map(([number, key]): NumberedKey => ({
      number: Number(number),
      key: Buffer.from(key, 'base64'),
    }));
  const lost = entries.filter(([, key]) => key === 'lost').map(([number]) => Number(number));
  return new Keyring(keys as [NumberedKey, ...NumberedKey[]], lost);
}

function withoutEmpty(environment: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
}
