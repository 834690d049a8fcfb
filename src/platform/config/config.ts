import { plainToInstance, Transform } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  validateSync,
} from 'class-validator';
import { createPrivateKey } from 'node:crypto';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { isZone } from '../due-instant.js';
import { Holds } from './holds.js';
import { gitHubKeys } from './leak-keys.js';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** Reads a number; what is not one becomes NaN and breaks the rule that follows. */
const whole = () =>
  Transform(({ value }: { value: unknown }) => (value === undefined ? value : Number(value)));

/**
 * The whole configuration, read from the environment once at start. The message of each rule says
 * what the variable should be, with an example.
 */
export class Config {
  /** Demo data, mailbox page, keys made on first start. Set by `--demo`, not by a variable. */
  demo: boolean;

  /** PUBLIC_URL was left to its default, which holds the port. */
  localAddress: boolean;

  @IsIn(['production', 'development', 'test'], {
    message: 'should be production, development or test, e.g. NODE_ENV=production',
  })
  NODE_ENV = 'development';

  @whole()
  @IsInt({ message: 'should be a port number, e.g. PORT=3000' })
  @Min(0, { message: 'should be a port number from 0 to 65535, e.g. PORT=3000' })
  @Max(65_535, { message: 'should be a port number from 0 to 65535, e.g. PORT=3000' })
  PORT = 3000;

  @IsString()
  @MaxLength(255, { message: 'should be an address to listen on, e.g. HOST=127.0.0.1' })
  HOST = '127.0.0.1';

  @Holds(isPublicUrl, {
    message:
      'should be the address people open in the browser, without a path (https in production), e.g. PUBLIC_URL=https://keyturn.example.org',
  })
  PUBLIC_URL: string;

  @IsString()
  DATA_DIR = './data';

  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/\S+$/, {
    message:
      'should be a PostgreSQL address, e.g. DATABASE_URL=postgres://keyturn:password@db.example.org:5432/keyturn',
  })
  DATABASE_URL?: string;

  @whole()
  @IsInt({ message: 'should be a number of connections, e.g. DATABASE_POOL=8' })
  @Min(2, { message: 'should be at least 2, e.g. DATABASE_POOL=8' })
  @Max(200, { message: 'should be at most 200, e.g. DATABASE_POOL=8' })
  DATABASE_POOL = 8;

  /** What stands between us and DATABASE_URL hands a connection over after each transaction. */
  @IsOptional()
  @IsIn(['transaction'], {
    message:
      'should be transaction where DATABASE_URL leads to a pooler in that mode, and absent otherwise, e.g. DATABASE_POOLER=transaction',
  })
  DATABASE_POOLER?: string;

  @IsOptional()
  @IsString()
  LOCAL_PG_BIN?: string;

  /** A folder away from the database, for what a restored backup must not take back. */
  @IsOptional()
  @IsString()
  JOURNAL_DIR?: string;

  @ValidateIf((config: Config) => !config.demo || config.SMTP_URL !== undefined)
  @Matches(/^smtps?:\/\/[^\s/]+/, {
    message: 'should be a mail server, e.g. SMTP_URL=smtp://user:password@mail.example.org:587',
  })
  SMTP_URL?: string;

  @Count(1, 50, 'SMTP_CONNECTIONS=5')
  SMTP_CONNECTIONS = 5;

  @Holds(isMailbox, {
    message: 'should be the sender of all mails, e.g. MAIL_FROM="Keyturn <keyturn@example.org>"',
  })
  MAIL_FROM: string;

  @ValidateIf((config: Config) => given(config.DKIM_SELECTOR) || given(config.DKIM_KEY_FILE))
  @Matches(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62})$/, {
    message:
      'should be the name of the key in DNS, beside DKIM_KEY_FILE, e.g. DKIM_SELECTOR=keyturn',
  })
  DKIM_SELECTOR?: string;

  @ValidateIf((config: Config) => given(config.DKIM_SELECTOR) || given(config.DKIM_KEY_FILE))
  @Holds(isPrivateKeyFile, {
    message:
      'should be a readable file with an RSA key of 2048 bits or more in PEM, beside DKIM_SELECTOR, e.g. DKIM_KEY_FILE=/etc/keyturn/dkim.pem',
  })
  DKIM_KEY_FILE?: string;

  @Holds(isAddress, {
    message: 'should be where people ask for help, e.g. SUPPORT_ADDRESS=support@example.org',
  })
  SUPPORT_ADDRESS: string;

  @IsOptional()
  @Holds(isAddress, {
    message:
      'should be who keeps the daily head of the audit, outside, e.g. AUDIT_HEAD_TO=auditors@example.net',
  })
  AUDIT_HEAD_TO?: string;

  @IsOptional()
  @Holds(isWebAddress, {
    message:
      'should be the address that is told when the reminders fail, e.g. ALARM_WEBHOOK_URL=https://alerts.example.org/keyturn',
  })
  ALARM_WEBHOOK_URL?: string;

  @IsOptional()
  @Matches(/^smtps?:\/\/[^\s/]+/, {
    message:
      'should be a mail server other than SMTP_URL, for alarms alone, e.g. ALARM_SMTP_URL=smtp://user:password@mail.example.net:587',
  })
  ALARM_SMTP_URL?: string;

  @IsOptional()
  @Holds(isAddress, {
    message:
      'should be who is mailed when the reminders fail, e.g. ALARM_ADDRESS=on-call@example.org',
  })
  ALARM_ADDRESS?: string;

  @IsOptional()
  @Matches(/^[\w.~+/=-]{24,200}$/, {
    message:
      'should be 24 or more letters and digits that nobody guesses; without it /metrics answers 404; make one with: node -p "crypto.randomBytes(24).toString(\'base64url\')"',
  })
  METRICS_TOKEN?: string;

  @IsOptional()
  @Holds(isWebAddress, {
    message:
      'should be a collector that takes traces by OTLP over HTTP, e.g. OTEL_EXPORTER_OTLP_ENDPOINT=http://collector.example.org:4318',
  })
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  /** Who may report values that were found: GitHub, a scanner with a shared key, both or nobody. */
  @IsOptional()
  @Holds(isGitHubKeysFile, {
    message:
      'should be a readable file as https://api.github.com/meta/public_keys/secret_scanning gives it, e.g. LEAK_GITHUB_KEYS_FILE=/etc/keyturn/github-keys.json',
  })
  LEAK_GITHUB_KEYS_FILE?: string;

  @IsOptional()
  @Matches(/^[\w.~+/=-]{32,200}$/, {
    message:
      'should be 32 or more letters and digits that nobody guesses, e.g. as made with: node -p "crypto.randomBytes(32).toString(\'base64url\')"',
  })
  LEAK_REPORT_KEY?: string;

  /** What becomes of a secret that a scanner has found. */
  @IsIn(['flag', 'switch-off'], {
    message: 'should be flag or switch-off, e.g. LEAK_POLICY=flag',
  })
  LEAK_POLICY: 'flag' | 'switch-off' = 'flag';

  @IsIn(logLevels, { message: `should be one of ${logLevels.join(', ')}, e.g. LOG_LEVEL=info` })
  LOG_LEVEL: (typeof logLevels)[number];

  @Holds(isKeyList, { message: keyMessage('SESSION_KEYS') })
  SESSION_KEYS: string;

  @Holds(isKeyList, { message: keyMessage('HASH_KEYS') })
  HASH_KEYS: string;

  @Holds(isKeyList, { message: keyMessage('ENCRYPTION_KEYS') })
  ENCRYPTION_KEYS: string;

  @IsOptional()
  @Holds(isAddressList, {
    message:
      'should be addresses or networks separated by commas, e.g. TRUSTED_PROXIES=10.0.0.0/8,::1',
  })
  TRUSTED_PROXIES?: string;

  @IsOptional()
  @Holds(isReadableFile, {
    message:
      'should be a readable file of SHA-1 hashes in their order, e.g. BREACHED_PASSWORDS_FILE=/var/lib/keyturn/pwned.txt',
  })
  BREACHED_PASSWORDS_FILE?: string;

  /** Names, beside that of PUBLIC_URL, under which pages are answered. */
  @IsOptional()
  @Matches(/^ *[a-z0-9-]+(\.[a-z0-9-]+)* *(, *[a-z0-9-]+(\.[a-z0-9-]+)* *)*$/i, {
    message:
      'should be names without ports, separated by commas, e.g. ALLOWED_HOSTS=keyturn.internal.example.org',
  })
  ALLOWED_HOSTS?: string;

  @whole()
  @IsInt({ message: 'should be an hour from 0 to 23, e.g. REMINDER_HOUR=7' })
  @Min(0, { message: 'should be an hour from 0 to 23, e.g. REMINDER_HOUR=7' })
  @Max(23, { message: 'should be an hour from 0 to 23, e.g. REMINDER_HOUR=7' })
  REMINDER_HOUR = 7;

  @Holds(isZone, { message: 'should be a time zone, e.g. REMINDER_ZONE=Europe/Amsterdam' })
  REMINDER_ZONE = 'UTC';

  @Count(1, 100, 'SECRETS_PER_APPLICATION=10')
  SECRETS_PER_APPLICATION = 10;

  /** Refused calls of programs that are answered in a minute, before they are told to slow down. */
  @Count(1, 1_000_000, 'REFUSED_PER_CLIENT=60')
  REFUSED_PER_CLIENT = 60;

  @Count(1, 1_000_000, 'REFUSED_PER_ADDRESS=240')
  REFUSED_PER_ADDRESS = 240;

  @Count(1, 480, 'SESSION_LOCK_MINUTES=60')
  SESSION_LOCK_MINUTES = 60;

  @Count(1, 1440, 'SESSION_END_MINUTES=120')
  SESSION_END_MINUTES = 120;

  @Count(1, 24, 'SESSION_MAX_HOURS=8')
  SESSION_MAX_HOURS = 8;

  @Count(1, 480, 'STEP_UP_MINUTES=15')
  STEP_UP_MINUTES = 15;

  @Count(1, 720, 'INVITATION_HOURS=72')
  INVITATION_HOURS = 72;

  /** Calls of one application to our own API. */
  @Count(1, 1_000_000, 'API_CALLS_PER_MINUTE=600')
  API_CALLS_PER_MINUTE = 600;

  @Count(1, 100_000_000, 'HEADER_CALLS_PER_MINUTE=6000')
  HEADER_CALLS_PER_MINUTE = 6000;

  /** Domains, header authentication and the sign-in hand-off: all of it, or none. */
  @IsIn(['on', 'off'], { message: 'should be on or off, e.g. DOMAINS=on' })
  DOMAINS: 'on' | 'off' = 'on';

  /** Where webhooks may go although it is not public: networks of the operator's own. */
  @IsOptional()
  @Holds(isAddressList, {
    message:
      'should be addresses or networks separated by commas, e.g. WEBHOOK_ALLOWED_NETWORKS=10.20.0.0/16,fd00:20::/64',
  })
  WEBHOOK_ALLOWED_NETWORKS?: string;

  /** Webhooks without TLS, to try them out. */
  @Holds(isOnOnlyInTrials, {
    message: 'should be on or off, and off in production, e.g. WEBHOOK_HTTP=off',
  })
  WEBHOOK_HTTP: 'on' | 'off' = 'off';

  /** True where cookies can carry `Secure` and the `__Host-` prefix: https, or this very machine. */
  get secureCookies(): boolean {
    const { protocol, hostname } = new URL(this.PUBLIC_URL);
    return protocol === 'https:' || isThisMachine(hostname);
  }

  /**
   * Whether a token of ours may name this issuer. Where the address is left at its default, instances
   * differ by their port alone and are issuers of one another's tokens.
   */
  isOwnIssuer(issuer: unknown): boolean {
    if (issuer === this.PUBLIC_URL) return true;
    return this.localAddress && typeof issuer === 'string' && localIssuer.test(issuer);
  }

  /** Without this there is no address for reports of leaks. */
  get takesLeakReports(): boolean {
    return this.LEAK_GITHUB_KEYS_FILE !== undefined || this.LEAK_REPORT_KEY !== undefined;
  }

  get allowedHosts(): string[] {
    return this.ALLOWED_HOSTS?.split(',').map((name) => name.trim().toLowerCase()) ?? [];
  }

  get trustedProxies(): string[] {
    return entriesOf(this.TRUSTED_PROXIES);
  }

  get webhookNetworks(): string[] {
    return entriesOf(this.WEBHOOK_ALLOWED_NETWORKS);
  }
}

const localIssuer = /^http:\/\/localhost:\d{1,5}$/;

/** A configuration that cannot be started with: one line for each variable. */
export class ConfigurationError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'));
  }
}

/**
 * Builds and checks the configuration.
 * @param source variables by name; an empty one counts as absent
 * @throws ConfigurationError with every problem at once; no value is repeated in it
 */
export function readConfig(source: Record<string, string | undefined>, demo: boolean): Config {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value));
  const port = given.PORT ?? '3000';
  const defaults = {
    PUBLIC_URL: given.NODE_ENV === 'production' ? undefined : `http://localhost:${port}`,
    MAIL_FROM: demo ? 'Keyturn <keyturn@keyturn.example>' : undefined,
    SUPPORT_ADDRESS: demo ? 'support@keyturn.example' : undefined,
    LOG_LEVEL: demo ? 'warn' : 'info',
  };
  const config = plainToInstance(Config, { ...defaults, ...given });
  config.demo = demo;
  config.localAddress = given.PUBLIC_URL === undefined && given.NODE_ENV !== 'production';
  const problems = validateSync(config, { stopAtFirstError: true }).map(
    ({ property, value, constraints }) =>
      `${property} ${value === undefined ? 'is missing: it' : 'is wrong: it'} ${Object.values(constraints ?? {})[0]}`,
  );
  if (config.SESSION_LOCK_MINUTES > config.SESSION_END_MINUTES) {
    problems.push('SESSION_LOCK_MINUTES is wrong: it should not be more than SESSION_END_MINUTES');
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  config.PUBLIC_URL = config.PUBLIC_URL.replace(/\/$/, '');
  return config;
}

function Count(min: number, max: number, example: string): PropertyDecorator {
  const message = `should be a whole number from ${min} to ${max}, e.g. ${example}`;
  return (target, property) => {
    whole()(target, property);
    IsInt({ message })(target, property);
    Min(min, { message })(target, property);
    Max(max, { message })(target, property);
  };
}

function keyMessage(name: string): string {
  return (
    'should be numbered keys of 32 random bytes in base64, the current one first; ' +
    `make one with: node -p "'${name}=1:' + crypto.randomBytes(32).toString('base64')"`
  );
}

function isPublicUrl(value: unknown, config: Config): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, pathname, search, hash, username } = new URL(value);
  const plain = pathname === '/' && !search && !hash && !username;
  return (
    plain && (protocol === 'https:' || (protocol === 'http:' && config.NODE_ENV !== 'production'))
  );
}

function isWebAddress(value: unknown): boolean {
  return (
    typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
  );
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && /^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(value);
}

function isMailbox(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const named = /^[^<>\r\n@,;]{1,100}<([^<>]+)>$/.exec(value);
  return isAddress(named ? named[1] : value);
}

function entriesOf(list: string | undefined): string[] {
  return list?.split(',').map((entry) => entry.trim()) ?? [];
}

function isOnOnlyInTrials(value: unknown, { NODE_ENV }: Config): boolean {
  return value === 'off' || (value === 'on' && NODE_ENV !== 'production');
}

function given(value: unknown): boolean {
  return value !== undefined;
}

function isReadableFile(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    accessSync(value, constants.R_OK);
    return statSync(value).isFile();
  } catch {
    return false;
  }
}

function isPrivateKeyFile(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(readFileSync(value));
    return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
  } catch {
    return false;
  }
}

function isGitHubKeysFile(value: unknown): boolean {
  try {
    return typeof value === 'string' && gitHubKeys(value).size > 0;
  } catch {
    return false;
  }
}

function isKeyList(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const keys = value
    .split(',')
    .map((entry) => /^([1-9]\d{0,8}):(?:([A-Za-z0-9+/]{43}=)|lost)$/.exec(entry));
  const numbers = keys.map((key) => key?.[1]);
  const varied = keys.every((key) => key && (key[2] === undefined || isVaried(key[2])));
  return varied && keys[0]?.[2] !== undefined && new Set(numbers).size === numbers.length;
}

function isVaried(key: string): boolean {
  return new Set(Buffer.from(key, 'base64')).size > 12;
}

function isAddressList(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return value.split(',').every((entry) => {
    const [address = '', bits, ...rest] = entry.trim().split('/');
    const family = isIP(address);
    if (family === 0 || rest.length > 0) return false;
    return (
      bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
    );
  });
}

function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}
