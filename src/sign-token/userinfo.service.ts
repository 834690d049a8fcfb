import { Injectable } from '@nestjs/common';
import { userinfoScope } from '../applications/sign-in-resource.js';
import {
  type HeaderCall,
  HeaderCheck,
  type HeaderClient,
} from '../domains/header-check.service.js';
import { headerQuestion } from '../domains/header-question.js';
import type { DomainReason } from '../secrets/secret-use.entity.js';
import {
  clientUserSight,
  type ClientUserSight,
  reasonAgainstScope,
  reasonAgainstUser,
} from './client-user-sight.js';
import { type Identity, identityOf } from './identity.js';

export type UserinfoClient = HeaderClient<ClientUserSight | null>;

/** Who a user is, for an application that may know it at any time. All of it is asked in one statement. */
@Injectable()
export class Userinfo {
  constructor(private readonly check: HeaderCheck) {}

  /** Checks 2 to 10. @throws Refusal, TooMany */
  admit(call: HeaderCall, sub: unknown): Promise<UserinfoClient> {
    return this.check.admit(call, question, { sub: subjectIn(sub) });
  }

  /** Checks 15 and 16, of what was looked up with the others. */
  read({ domain }: UserinfoClient): Identity | DomainReason {
    const user = domain.more;
    const reason = reasonAgainstUser(user, domain.environment);
    return reason ?? reasonAgainstScope(user!, userinfoScope) ?? identityOf(user!);
  }
}

/** Programs send it as text or as a number. What can be none is looked up as nobody. */
export function subjectIn(sub: unknown): string | null {
  const text = typeof sub === 'number' ? String(sub) : sub;
  return typeof text === 'string' && /^[1-9]\d{0,15}$/.test(text) ? text : null;
}

const question = headerQuestion('userinfo', {
  columns: { sub: 'bigint' },
  sql: `(select ${clientUserSight('a.id', 'd.id')}
    from subjects j join users u on u.id = j.user_id where j.sub = q.sub)`,
});
