import { Injectable } from '@nestjs/common';
import { timingSafeEqual } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import type { Tx } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import { type Break, ChainWalk, contentSql, type LinkRow } from './chain.js';

/** The head of the chain with a signature, to be kept outside: a chain made anew does not fit it. */
export interface SignedHead {
  position: number;
  /** Hexadecimal SHA-256 of the last link. */
  hash: string;
  /** When it was asked for. */
  at: string;
  /** HMAC-SHA-256 under a key of HASH_KEYS, hexadecimal. */
  signature: string;
}

export type Verdict = { intact: true; events: number } | { intact: false; broken: Break };

/** Thrown for a kept head that is not from here. */
export class ForeignHead extends RangeError {}

const batch = 20_000;

/** Reads the whole chain and says where it is broken (P3). */
@Injectable()
export class AuditCheck {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Keys,
    private readonly clock: Clock,
  ) {}

  /**
   * @param kept an earlier head; the chain must still go through it
   * @param progress is told how many links have been read
   * @throws ForeignHead
   */
  verify(kept?: SignedHead, progress?: (links: number) => void): Promise<Verdict> {
    if (kept && !this.isOurs(kept)) {
      throw new ForeignHead('The signature of the kept head is not from this installation.');
    }
    // One view of the data for the whole walk, however long it takes.
    return this.dataSource.transaction('REPEATABLE READ', async (tx) => {
      await tx.query('set local statement_timeout = 0');
      return this.verifyIn(tx, kept, progress);
    });
  }

  async verifyIn(tx: Tx, kept?: SignedHead, progress?: (links: number) => void): Promise<Verdict> {
    const walk = new ChainWalk();
    for (;;) {
      const rows = await tx.query<LinkRow[]>(linksSql, [walk.position, batch]);
      for (const row of rows) {
        const broken = walk.step(row) ?? differs(kept, walk);
        if (broken) return { intact: false, broken };
      }
      progress?.(walk.position);
      if (rows.length < batch) break;
    }
    const broken = walk.end(await this.recordedHead(tx)) ?? (await this.outside(tx));
    if (broken) return { intact: false, broken };
    if (kept && kept.position > walk.position) {
      return { intact: false, broken: { position: walk.position + 1, problem: 'cut' } };
    }
    return { intact: true, events: walk.position };
  }

  /** @param tx where the answer goes along with what is done in a transaction */
  async head(tx: Tx = this.dataSource.manager): Promise<SignedHead> {
    const { position, hash } = await this.recordedHead(tx);
    const head = { position, hash: hash.toString('hex'), at: this.clock.now().toISOString() };
    return {
      ...head,
      signature: this.keys.digest('audit head', signed(head)).digest.toString('hex'),
    };
  }

  private isOurs(head: SignedHead): boolean {
    const signature = Buffer.from(head.signature, 'hex');
    return this.keys
      .digests('audit head', signed(head))
      .some((digest) => digest.length === signature.length && timingSafeEqual(digest, signature));
  }

  private async recordedHead(tx: Tx): Promise<{ position: number; hash: Buffer }> {
    const [head] = await tx.query<{ position: string; hash: Buffer }[]>(
      `select position, hash from audit_head`,
    );
    return head
      ? { position: Number(head.position), hash: head.hash }
      : { position: 0, hash: Buffer.alloc(0) };
  }

  /** An event that no link knows. */
  private async outside(tx: Tx): Promise<Break | undefined> {
    const [event] = await tx.query<{ id: string }[]>(
      `select e.id from audit_events e
       where not exists (select from audit_links l where l.event_id = e.id) order by e.id limit 1`,
    );
    return event && { position: 0, eventId: event.id, problem: 'added' };
  }
}

/** A chain that was computed anew fits itself, but not the head that was kept outside. */
function differs(kept: SignedHead | undefined, walk: ChainWalk): Break | undefined {
  if (kept?.position !== walk.position || kept.hash === walk.hash.toString('hex')) return undefined;
  return { position: walk.position, problem: 'altered' };
}

function signed({ position, hash, at }: Omit<SignedHead, 'signature'>): string {
  return `${position} ${hash} ${at}`;
}

const linksSql = `
  select l.position, l.event_id as "eventId", l.hash,
    case when e.id is not null then ${contentSql} end as content
  from audit_links l left join audit_events e on e.id = l.event_id
  where l.position > $1 order by l.position limit $2`;
