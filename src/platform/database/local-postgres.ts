import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { withFileLock } from './file-lock.js';
import { type Cluster, ensureRunning, initialise } from './postgres-cluster.js';
import { openCluster, stopServer } from './postgres-cluster.js';
import { hasLostSocket, runningServer, type ServerAddress } from './postmaster.js';

const DATABASE = 'keyturn';
const LEASE = 'keyturn lease';
// Longer than a first start of another instance on a slow disk.
const LOCK_WAIT_MS = 90_000;
const REVIVAL_PAUSES_MS = [0, 1_000, 5_000, 15_000];

export interface LocalPostgresOptions {
  /** Folder for everything the server writes; created when missing. */
  dataDir: string;
  /** Folder with `initdb`, `pg_ctl` and `postgres`; by default they are looked for. */
  binDir?: string;
  /** false makes it faster, and a crash may lose everything: for tests. Default true. */
  fsync?: boolean;
  /** Told in one line about starts and stops. */
  log?: (message: string) => void;
}

/** A running server: connect to `host` (a folder, meaning a Unix socket) without a password. */
export interface LocalPostgres {
  host: string;
  port: number;
  user: string;
  database: string;
  /** Gives the server up; the last instance that does so stops it. Close your own pool before. */
  stop(): Promise<void>;
}

/**
 * The database for those who have none: a private server in a folder, reached over a Unix socket.
 * No TCP port, no password, nothing to install, and several instances of the application share it.
 *
 * A server that already runs in the folder is used, also one that a killed application left behind.
 * Each instance keeps one connection, its lease; whoever leaves last stops the server. When the
 * server dies while the application runs it is started again; its open connections are lost.
 *
 * @throws Error when no server programs run here, or the server does not come up
 */
export async function startLocalPostgres(options: LocalPostgresOptions): Promise<LocalPostgres> {
  const log = options.log ?? (() => undefined);
  const cluster = await openCluster(options.dataDir, options.binDir, options.fsync ?? true);
  const locked = <T>(work: () => Promise<T>) => withFileLock(cluster.home, LOCK_WAIT_MS, work);
  const lease = new Lease(cluster, locked, log);
  const address = await lease.take();
  let stopped: Promise<void> | undefined;
  return {
    ...address,
    database: DATABASE,
    stop: () => (stopped ??= lease.giveUp()),
  };
}

/**
 * Stops the server in a folder that a killed process left behind, unless someone uses it.
 *
 * @returns whether no server runs there now
 */
export async function stopAbandonedPostgres(options: LocalPostgresOptions): Promise<boolean> {
  const cluster = await openCluster(options.dataDir, options.binDir, options.fsync ?? true);
  return withFileLock(cluster.home, LOCK_WAIT_MS, () => stopUnlessLeased(cluster));
}

/** One instance's claim on the server: an open connection, which ends with its process. */
class Lease {
  private connection?: pg.Client;
  private givenUp = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly locked: <T>(work: () => Promise<T>) => Promise<T>,
    private readonly log: (message: string) => void,
  ) {}

  take(): Promise<ServerAddress> {
    return this.locked(async () => {
      await initialise(this.cluster);
      const address = await ensureRunning(this.cluster, this.log);
      await createDatabase(address);
      const connection = new pg.Client({ ...lobby(address), application_name: LEASE });
      // Without a listener a lost connection would end the process.
      connection.on('error', () => undefined);
      await connection.connect();
      connection.on('end', () => void this.revive());
      this.connection = connection;
      return address;
    });
  }

  async giveUp(): Promise<void> {
    this.givenUp = true;
    await this.locked(async () => {
      await this.connection?.end().catch(() => undefined);
      if (await stopUnlessLeased(this.cluster)) this.log('Database server stopped');
    });
  }

  private async revive(): Promise<void> {
    for (const wait of REVIVAL_PAUSES_MS) {
      await pause(wait, undefined, { ref: false });
      if (this.givenUp) return;
      try {
        this.log('Database server is gone, starting it again');
        await this.take();
        // Given up meanwhile: `giveUp` had no connection to close, and perhaps found no server.
        if (this.givenUp) await this.giveUp();
        return;
      } catch (error) {
        this.log((error as Error).message);
      }
    }
  }
}

/** Stops the server when no instance has a lease. The caller holds the lock. */
async function stopUnlessLeased(cluster: Cluster): Promise<boolean> {
  const address = await runningServer(cluster.data);
  if (address !== undefined && (await countLeases(address)) > 0) return false;
  // Of a server that was killed nothing is left to stop; the next start clears up after it.
  if (address !== undefined || (await hasLostSocket(cluster.data))) await stopServer(cluster);
  return true;
}

/**
 * A closed connection is listed until its server process has ended, so a lease that has just been
 * given up is asked about again for a moment.
 */
async function countLeases(address: ServerAddress): Promise<number> {
  const client = new pg.Client(lobby(address));
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (let look = 1; ; look++) {
      const { rows } = await client.query<{ leases: number }>(
        'select count(*)::int as leases from pg_stat_activity where application_name = $1',
        [LEASE],
      );
      const leases = rows[0]?.leases ?? 0;
      if (leases === 0 || look === 5) return leases;
      await pause(50);
    }
  } finally {
    await client.end();
  }
}

async function createDatabase(address: ServerAddress): Promise<void> {
  const client = new pg.Client(lobby(address));
  client.on('error', () => undefined);
  await client.connect();
  try {
    const found = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } catch (error) {
    // Someone else was faster: 42P04 exists, 23505 is being created at this moment.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error;
  } finally {
    await client.end();
  }
}

function lobby(address: ServerAddress): pg.ClientConfig {
  // `ssl` is given, since pg otherwise takes it from the environment.
  return { ...address, database: 'postgres', ssl: false };
}
