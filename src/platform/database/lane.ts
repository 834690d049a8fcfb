import type { Socket } from 'node:net';
import pg from 'pg';

type Named = 'name' | 'text' | 'values';

/** As the package has it; its types know another form. */
const Query = pg.Query as unknown as new (
  text: string,
  values: unknown[],
  answered: (error: Error | null, result: pg.QueryResult<pg.QueryResultRow>) => void,
) => pg.Submittable;

/** Of the pool, beside which the lanes are. */
export type PoolSettings = pg.ClientConfig & { pooled?: boolean };

const timestamptz = 1184;
/** A server that says nothing for so long is given up, and with it all that was asked of it. */
const ANSWER_WITHIN_MS = 10_000;

/**
 * A connection that many requests use at the same time: statements are sent without waiting for
 * the answers to earlier ones, and those that come up in one turn of the event loop leave in one
 * write. For single statements only; each is a transaction of its own. Opened when first needed,
 * and again after it was lost: what was under way then fails, and the next request tries anew.
 */
export class Lane {
  private client?: pg.Client;
  private opening?: Promise<pg.Client>;
  private gathering = false;

  constructor(private readonly settings: PoolSettings) {}

  /** @param alone is worth a write of its own, and waits for no others */
  async query(
    { name, text, values }: Required<Pick<pg.QueryConfig, Named>>,
    alone = false,
  ): Promise<unknown[]> {
    const client = this.client ?? (await (this.opening ??= this.open()));
    if (!alone) this.gather(client);
    return new Promise((resolve, reject) => {
      const answered = (error: Error | null, result: pg.QueryResult<pg.QueryResultRow>) =>
        error ? reject(error) : resolve(result.rows);
      // Built here: of a statement given as an object the client makes an expensive copy first.
      client.query(Object.assign(new Query(text, values, answered), { name: this.nameOf(name) }));
    });
  }

  async close(): Promise<void> {
    const client = this.client ?? (await this.opening?.catch(() => undefined));
    await client?.end();
  }

  /** Behind a pooler the next statement may meet another session, which knows no names. */
  private nameOf(name: string): string | undefined {
    return this.settings.pooled ? undefined : name;
  }

  private async open(): Promise<pg.Client> {
    const { options = '', password, pooled } = this.settings;
    const client = new pg.Client({
      ...this.settings,
      // A property that spreading does not copy.
      password,
      // Planned once: for these statements planning anew costs more than running them. New
      // statistics of a table, as when it has grown, make a new plan all the same.
      ...(!pooled && { options: `${options} -c plan_cache_mode=force_generic_plan` }),
      pipeline: true,
      query_timeout: ANSWER_WITHIN_MS,
      types: { getTypeParser },
    });
    const forget = () => {
      if (this.client === client) this.client = undefined;
    };
    client.on('error', forget);
    client.on('end', forget);
    try {
      await client.connect();
      this.client = client;
      return client;
    } finally {
      this.opening = undefined;
    }
  }

  private gather(client: pg.Client): void {
    if (this.gathering) return;
    this.gathering = true;
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    stream.cork();
    setImmediate(() => {
      this.gathering = false;
      stream.uncork();
    });
  }
}

/** Instants come in UTC, which needs no search for a form. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid, format) => {
  const usual = pg.types.getTypeParser(oid, format) as (text: string) => unknown;
  return Number(oid) === timestamptz
    ? (text: string) => (inUtc.test(text) ? new Date(text.replace(' ', 'T') + ':00') : usual(text))
    : usual;
};

const inUtc = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/;
