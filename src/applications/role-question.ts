import type { Tx } from '../platform/database/tx.js';
import { t } from '../platform/language/speaking.js';
import { Conflict, Invalid } from '../platform/refusals.js';
import { checkedUser } from '../users/user-values.js';
import type { AskedRole } from './role-request.entity.js';

/** What an org admin asks for. */
export interface RoleQuestion {
  role: AskedRole;
  applicationId?: string;
  /** Somebody who has an account; otherwise `email` and `name` of somebody new. */
  userId?: string;
  email: string;
  name: string;
  /** YYYY-MM-DD, or empty for no end. */
  lastDay: string;
}

export interface Asked {
  email: string;
  name: string;
}

/**
 * Who is meant. A typed address that the own organisation knows means that account; of accounts of
 * others nothing is said here.
 * @throws Invalid
 */
export async function personOf(
  tx: Tx,
  organisationId: string,
  { userId, ...typed }: RoleQuestion,
): Promise<Asked> {
  const wanted = userId ? { email: '', name: '' } : checkedUser(typed);
  const [known] = await tx.query<[(Asked & { closed: boolean })?]>(
    `select email, name, closed_at is not null as closed from users
     where organisation_id = $1 and (id = $2 or email = $3)`,
    [organisationId, userId ?? null, wanted.email],
  );
  if (userId && (!known || known.closed)) {
    throw new Invalid({ userId: () => t`Choose someone from the list, or somebody new.` });
  }
  if (known?.closed) {
    throw new Invalid({
      email: () => t`The account with this address is closed. Please ask support.`,
    });
  }
  return known ? { email: known.email, name: known.name } : wanted;
}

/** @returns the application's name, when the role is for one @throws Invalid */
export async function applicationOf(
  tx: Tx,
  organisationId: string,
  { role, applicationId }: RoleQuestion,
): Promise<string | undefined> {
  if (role === 'org_admin') return undefined;
  const [row] = await tx.query<[{ name: string }?]>(
    `select name from applications where id = $1 and organisation_id = $2 and deleted_at is null`,
    [applicationId ?? null, organisationId],
  );
  if (!row) throw new Invalid({ role: () => t`Choose a role from the list.` });
  return row.name;
}

/**
 * A courtesy: whether a role is given twice is decided when it is given. Of accounts of others nothing
 * is said (R8).
 * @throws Conflict
 */
export async function checkNotHeld(
  tx: Tx,
  organisationId: string,
  { email }: Asked,
  { role, applicationId }: RoleQuestion,
  now: Date,
): Promise<void> {
  const held = await tx.query<unknown[]>(
    `select 1 from role_assignments r join users u on u.id = r.user_id
     where u.organisation_id = $5 and u.email = $1 and r.role = $2 and ($3::uuid is null or r.application_id = $3)
       and r.withdrawn_at is null and (r.ends_at is null or r.ends_at > $4)`,
    [email, role, applicationId ?? null, now, organisationId],
  );
  if (held.length > 0) throw new Conflict(() => t`This person has this role already.`);
}
