/** Who a user is, as applications are told. */
export interface Identity {
  /** A whole number below 2^53, as text. */
  sub: string;
  name: string;
  given_name: string;
  family_name: string;
  email: string;
  email_verified: boolean;
  picture: string | null;
}

export interface UserFacts {
  sub: string;
  name: string;
  email: string;
  /** Has come in by a mail to that address. */
  verified: boolean;
}

/** Names are kept whole: the first word is given as the given name, the rest as the family's. */
export function identityOf({ sub, name, email, verified }: UserFacts): Identity {
  const [given = '', ...family] = name.split(' ');
  return {
    ...{ sub, name, given_name: given, family_name: family.join(' ') },
    ...{ email, email_verified: verified, picture: null },
  };
}
