import { organisationKey, type Wanted } from './wanted.js';

/** By which names the database is asked for what a file speaks of. */
export interface Names {
  /** Keys of organisations, described or referred to. */
  organisations: string[];
  /** Keys of the organisations that have a row of their own. */
  described: string[];
  ions: string[];
  /** Names of applications that are referred to, in small letters. */
  applications: string[];
  /** Addresses. */
  emails: string[];
  /** Does it name domains? */
  domains: boolean;
}

export function namesOf({ organisations, applications, domains, users, roles }: Wanted): Names {
  const described = organisations.flatMap(({ key, formerKey }) =>
    formerKey ? [key, formerKey] : key,
  );
  const referred = [...applications, ...users].flatMap(({ organisation }) =>
    organisation ? organisationKey(organisation.text) : [],
  );
  return {
    organisations: each([...described, ...referred]),
    described,
    ions: organisations.flatMap(({ ion }) => ion ?? []),
    applications: each(
      [...domains, ...roles].flatMap(({ application }) => application?.text.toLowerCase() ?? []),
    ),
    emails: each([...users.map(({ email }) => email), ...roles.map(({ user }) => user.text)]),
    domains: domains.length > 0,
  };
}

/** Each of them once. */
function each(names: string[]): string[] {
  return [...new Set(names)];
}
