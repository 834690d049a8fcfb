import { type Fact } from '../platform/journal/journal.js';
import type { Tx } from '../platform/database/tx.js';

/** How often a fact changed something. */
export type Replayed = Map<string, number>;

const lockFactor = `
  update totp_factors set failed_codes = greatest(failed_codes, 100)
  where user_id = $1 and confirmed_at < $2 and $3::json is not null`;

/** $1 the id, $2 when, $3 what is said about it besides. Each leaves alone what is so already. */
const statements: Record<string, string[]> = {
  'secret.delete': [
    `update secrets set deleted_at = $2 where id = $1 and deleted_at is null and $3::json is not null`,
  ],
  'secret.switch_off': [
    `update secrets set disabled_at = $2 where id = $1 and disabled_at is null and $3::json is not null`,
  ],
  'secret.switch_on': [
    `update secrets set disabled_at = null, disabled_by = null
     where id = $1 and disabled_at < $2 and $3::json is not null`,
  ],
  'application.disable': [
    `update applications set disabled_at = $2 where id = $1 and disabled_at is null and $3::json is not null`,
  ],
  'application.enable': [
    `update applications set disabled_at = null, disabled_by = null
     where id = $1 and disabled_at < $2 and $3::json is not null`,
  ],
  'application.delete': [
    `update applications set deleted_at = $2 where id = $1 and deleted_at is null and $3::json is not null`,
  ],
  'grant.withdraw': [
    `delete from grants where application_id = $1 and granted_at < $2
       and resource_id = ($3::json ->> 'resourceId')::uuid`,
  ],
  'role.withdraw': [
    `update role_assignments set withdrawn_at = $2
     where id = ($3::json ->> 'assignmentId')::uuid and user_id = $1 and withdrawn_at is null`,
  ],
  'user.close': [
    `update users set closed_at = $2 where id = $1 and closed_at is null and $3::json is not null`,
    `delete from passkeys where user_id = $1 and created_at < $2 and $3::json is not null`,
  ],
  'factor.reset': [
    `delete from totp_factors where user_id = $1 and confirmed_at < $2 and $3::json is not null`,
    `delete from recovery_codes where user_id = $1 and created_at < $2 and $3::json is not null`,
    `delete from passkeys where user_id = $1 and created_at < $2 and $3::json is not null`,
  ],
  // What came instead is lost with the database, and what came back may be in wrong hands: IT makes sure
  // who it is, as after a hundred wrong codes.
  'factor.replace': [lockFactor],
  'password.change': [lockFactor],
  'recovery_codes.renew': [
    `delete from recovery_codes where user_id = $1 and created_at < $2 and $3::json is not null`,
  ],
  'recovery_code.use': [
    `update recovery_codes set used_at = $2 where id = $1 and used_at is null and $3::json is not null`,
  ],
  'passkey.remove': [
    `delete from passkeys where user_id = $1 and created_at < $2
       and id = ($3::json ->> 'passkeyId')::uuid`,
  ],
  'calendar_feed.revoke': [
    `update calendar_feeds set revoked_at = $2 where id = $1 and revoked_at is null and $3::json is not null`,
  ],
  'mail.send': [
    `update mails set state = 'sent', finished_at = $2, next_attempt_at = null, sealed_body = null,
       server_answer = 'sent before the database was restored'
     where id = $1 and state = 'due' and $3::json is not null`,
  ],
  // The milestone may have been planned since the backup.
  'reminder.send': [
    `insert into reminders as l
       (id, secret_id, milestone, recipient_id, day, state, server_answer, planned_at, attempted_at)
     select gen_random_uuid(), s.id, e.milestone, u.id, $2::timestamptz at time zone 'UTC', 'sent',
       'sent before the database was restored', $2, $2
     from json_to_recordset($3::json -> 'rows') e ("secretId" uuid, milestone text)
       join secrets s on s.id = e."secretId" join users u on u.id = $1
     on conflict (secret_id, milestone,
         coalesce(recipient_id, '00000000-0000-0000-0000-000000000000'))
       do update set state = 'sent', attempted_at = $2, next_attempt_at = null,
         server_answer = excluded.server_answer
       where l.state <> 'sent'`,
  ],
};

/** Facts that can be made true again. */
export const replayable = Object.keys(statements);

/**
 * Makes the facts true again, in their order. Sessions, opaque tokens and open invitations all end: which of
 * them had ended since is not kept, and each can be had anew.
 */
export async function replay(tx: Tx, facts: readonly Fact[], now: Date): Promise<Replayed> {
  const changed: Replayed = new Map();
  const count = (name: string, rows: number) => changed.set(name, (changed.get(name) ?? 0) + rows);
  await tx.query('set local statement_timeout = 0');
  for (const { fact, id, at, about } of facts) {
    for (const statement of statements[fact] ?? []) {
      count(fact, await run(tx, statement, [id, at, JSON.stringify(about ?? {})]));
    }
  }
  count('sessions ended', await run(tx, 'delete from sessions', []));
  count('opaque tokens ended', await run(tx, 'delete from opaque_tokens', []));
  const invitations = `update invitations set revoked_at = $1 where used_at is null and revoked_at is null`;
  count('invitations ended', await run(tx, invitations, [now]));
  return changed;
}

async function run(tx: Tx, statement: string, values: unknown[]): Promise<number> {
  const result = await tx.queryRunner!.query(statement, values, true);
  return result.affected ?? 0;
}
