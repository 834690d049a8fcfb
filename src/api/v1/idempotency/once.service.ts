import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Clock } from '../../../platform/clock.js';
import { inTransaction, type Tx } from '../../../platform/database/tx.js';
import { Problem } from '../../../platform/web/problems.js';
import { IdempotencyKey } from './idempotency-key.entity.js';

/** What a creation answers. */
export interface Made {
  status: number;
  /** None for what has a code instead. */
  id: string | null;
  location: string;
  body: object;
  etag?: string;
  /** The answer holds a secret's value: it is given once, and not kept. */
  secret?: boolean;
  replayed?: boolean;
}

const day = 86_400_000;

/**
 * `Idempotency-Key`: a creation happens at most once per key and application. The key is claimed first
 * in the transaction of the creation, so of two requests at once the second waits for the first.
 */
@Injectable()
export class Once {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /**
   * @param orphan what to say of a secret that was made by an earlier request with this key
   * @throws Problem 400, 422; what `work` and `orphan` throw
   */
  async run(
    request: FastifyRequest,
    work: (tx: Tx) => Promise<Made>,
    orphan?: (tx: Tx, id: string) => Promise<Problem>,
  ): Promise<Made> {
    const key = keyOf(request);
    if (key === undefined) return inTransaction(this.dataSource, work);
    const result = await inTransaction(this.dataSource, async (tx) => {
      const earlier = await this.claim(tx, request, key);
      if (!earlier) return this.remember(tx, request, key, await work(tx));
      if (earlier.answer) return again(earlier);
      return orphan!(tx, earlier.subjectId!);
    });
    if (result instanceof Problem) throw result;
    return result;
  }

  /** After a day a key is as good as new. */
  @Interval(3_600_000)
  async forgetOld(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - day);
    await this.dataSource
      .query(`delete from idempotency_keys where created_at <= $1`, [before])
      .catch(() => undefined);
  }

  /** @returns the earlier request with this key; none when the key is now this one's */
  private async claim(
    tx: Tx,
    request: FastifyRequest,
    key: string,
  ): Promise<IdempotencyKey | undefined> {
    const { applicationId } = request.caller!.machine;
    const digest = digestOf(request);
    const now = this.clock.now();
    const claimed = await tx.query<unknown[]>(
      `insert into idempotency_keys as k (application_id, key, digest, created_at)
       values ($1, $2, $3, $4)
       on conflict (application_id, key) do update set digest = excluded.digest,
         created_at = excluded.created_at, status = null, subject_id = null, location = null,
         answer = null
       where k.created_at <= $5
       returning 1`,
      [applicationId, key, digest, now, new Date(now.getTime() - day)],
    );
    if (claimed.length > 0) return undefined;
    const earlier = await tx.findOneByOrFail(IdempotencyKey, { applicationId, key });
    if (!earlier.digest.equals(digest)) {
      const text = 'This Idempotency-Key came with another request before. Use a new one.';
      throw new Problem(422, 'idempotency_key_reused', text);
    }
    return earlier;
  }

  private async remember(tx: Tx, request: FastifyRequest, key: string, made: Made): Promise<Made> {
    const { applicationId } = request.caller!.machine;
    const { status, id: subjectId, location, body, etag, secret } = made;
    // Nothing was made: the next request may decide anew.
    if (status !== 201) await tx.delete(IdempotencyKey, { applicationId, key });
    else {
      const answer = secret ? null : { body, etag };
      const values = { status, subjectId, location, answer: answer as never };
      await tx.update(IdempotencyKey, { applicationId, key }, values);
    }
    return made;
  }
}

function again({ status, subjectId, location, answer }: IdempotencyKey): Made {
  const { body, etag } = answer as { body: object; etag?: string };
  return { status: status!, id: subjectId, location: location!, body, etag, replayed: true };
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const sent = headers['idempotency-key'];
  if (sent === undefined) return undefined;
  if (typeof sent === 'string' && /^[\x21-\x7e]{1,255}$/.test(sent)) return sent;
  const text = 'An Idempotency-Key has 1 to 255 visible ASCII characters, such as a UUID.';
  throw new Problem(400, 'idempotency_key_invalid', text);
}

function digestOf({ method, url, body }: FastifyRequest): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([method, url, body]))
    .digest();
}
