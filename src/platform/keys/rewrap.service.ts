import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { inTransaction } from '../database/tx.js';
import { sealedNumber, type SealedPlace, sealedPlaces } from './kept.js';
import { Keys } from './keys.js';

/** Rows in one transaction. */
const atOnce = 100;

interface Row {
  id: string;
  sealed: Buffer;
}

/**
 * Seals what older encryption keys have sealed anew under the current one, so that the older keys can
 * be taken away. It changes no meaning and can stop anywhere: the next time goes on with the rest.
 */
@Injectable()
export class Rewrapping {
  private readonly log = new Logger('Keys');

  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Keys,
  ) {}

  /** Rows that an older key has sealed, where this process has that key. */
  async left(): Promise<number> {
    const counts = await Promise.all(
      sealedPlaces(this.dataSource).map(async (place) => {
        const [row] = await this.dataSource.query<[{ count: number }]>(
          `select count(*)::int as count from ${place.table} where ${isOlder(place)}`,
          [this.older()],
        );
        return row.count;
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /**
   * @param onProgress is told how many rows were done so far
   * @returns how many rows were sealed anew
   */
  async run(onProgress: (done: number) => void = () => undefined): Promise<number> {
    let done = 0;
    if (this.older().length === 0) return done;
    for (const place of sealedPlaces(this.dataSource)) {
      for (let after: string | undefined = ''; after !== undefined;) {
        const round = await this.round(place, after);
        done += round.done;
        after = round.last;
        onProgress(done);
      }
    }
    return done;
  }

  /** Rows that somebody else works on are left to the next time, so that nobody waits for this. */
  private round(place: SealedPlace, after: string): Promise<{ done: number; last?: string }> {
    const { table, id, column } = place;
    return inTransaction(this.dataSource, async (tx) => {
      const rows = await tx.query<Row[]>(
        `select ${id}::text as id, ${column} as sealed from ${table}
         where ${isOlder(place)} and ${id}::text > $2
         order by ${id}::text limit ${atOnce} for update skip locked`,
        [this.older(), after],
      );
      const anew = rows.flatMap((row) => this.sealAnew(table, row));
      await tx.query(
        `update ${table} t set ${column} = n.sealed
         from unnest($1::text[], $2::bytea[]) as n (id, sealed) where t.${id}::text = n.id`,
        [anew.map((row) => row.id), anew.map((row) => row.sealed)],
      );
      return { done: anew.length, last: rows.at(-1)?.id };
    });
  }

  /** What cannot be opened is left as it is, and said. */
  private sealAnew(table: string, { id, sealed }: Row): Row[] {
    const context = `${table} ${id}`;
    try {
      return [{ id, sealed: this.keys.seal(context, this.keys.open(context, sealed)) }];
    } catch (error) {
      this.log.error(`A row of ${table} cannot be opened: ${(error as Error).name}`);
      return [];
    }
  }

  /** Numbers of the keys that are still read and seal nothing any more. */
  private older(): number[] {
    const { all, current } = this.keys.encryption;
    return all.filter(({ number }) => number !== current.number).map(({ number }) => number);
  }
}

const isOlder = ({ column }: SealedPlace) =>
  `${column} is not null and ${sealedNumber(column)} = any($1)`;
