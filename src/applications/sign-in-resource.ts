/**
 * The resource whose scopes say what a user may let an application read. It is granted as any other, and
 * no token of an application is for it: what is read is always about a user who agreed.
 */
export const signInResource = '0190a000-0000-7000-8000-6b65797475ab';

/** Reading who a user is at any time, and not only at a sign-in. */
export const userinfoScope = 'userinfo';
