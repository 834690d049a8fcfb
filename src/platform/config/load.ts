import { type Config, readConfig } from './config.js';
import { type Remote, readRemote } from './remote.js';
import { isDemoFolder, keysOfFolder, markDemoFolder } from './key-file.js';
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
  const keysAreGiven = environment.DATABASE_URL || environment.NODE_ENV === 'production';
  const own = keysAreGiven && !demo ? {} : keysOfFolder(dataDir);
  return readConfig({ ...own, ...withoutEmpty(environment) }, demo);
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
  const keys = list.split(',').map((entry): NumberedKey => {
    const [number, key] = entry.split(':');
    return { number: Number(number), key: Buffer.from(key ?? '', 'base64') };
  });
  return new Keyring(keys as [NumberedKey, ...NumberedKey[]]);
}

function withoutEmpty(environment: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
}
