import { generateSync } from 'otplib';
import type { DataSource } from 'typeorm';
import { TotpFactor } from '../authentication/authentication.entity.js';
import type { Keys } from '../platform/keys/keys.js';
import { User } from '../users/user.entity.js';

export interface CurrentCode {
  email: string;
  name: string;
  code: string;
}

/** What the authenticator apps of the demo's people show now: nobody has those phones. */
export async function currentCodes(
  dataSource: DataSource,
  keys: Keys,
  now: Date,
): Promise<CurrentCode[]> {
  const rows = await dataSource
    .getRepository(User)
    .createQueryBuilder('u')
    .innerJoin(TotpFactor, 'f', 'f.user_id = u.id')
    .where('u.closed_at is null')
    .orderBy('u.email')
    .select(['u.id as id', 'u.email as email', 'u.name as name', 'f.sealed_key as key'])
    .getRawMany<{ id: string; email: string; name: string; key: Buffer }>();
  return rows.map(({ id, email, name, key }) => ({
    email,
    name,
    code: generateSync({
      secret: keys.open(`totp_factors ${id}`, key),
      epoch: Math.floor(now.getTime() / 1000),
    }),
  }));
}
