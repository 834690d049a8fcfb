import type { DataSource } from 'typeorm';
import type { SignInQuestion } from '../sign-token/sign-ins.service.js';
import type { AccessKind } from '../sign-token/sign-token.entity.js';

export interface ConsentFacts {
  /** A PNG in base64. */
  logo: string | null;
  /** What waits for an answer: asked for by the user, or offered to them. */
  asked: AccessKind | null;
}

/** What the page shows beside the question, for somebody who has opened a sign-in of the domain. */
export async function findConsentFacts(
  dataSource: DataSource,
  viewerId: string,
  { application, domain }: SignInQuestion,
): Promise<ConsentFacts> {
  const [row] = await dataSource.query<ConsentFacts[]>(
    `select translate(encode(d.logo, 'base64'), E'\\n', '') as logo,
       (select q.kind from access_requests q where q.application_id = d.application_id
         and q.user_id = $1 and q.state = 'pending') as asked
     from domains d where d.id = $2 and d.application_id = $3 and exists (
       select from login_requests l where l.domain_id = d.id and l.user_id = $1)`,
    [viewerId, domain.id, application.id],
  );
  return row ?? { logo: null, asked: null };
}
