import { SetMetadata, type Type } from '@nestjs/common';
import type { Words } from '../platform/language/speaking.js';
import type { Permission } from '../users/permissions.js';
import type { SessionStage } from './authentication.entity.js';
import type { Viewer } from './viewer.js';

/** Open to everyone. Every route without a mark needs a complete sign-in; a test lists the others. */
export const Public = () => SetMetadata('public', true);

/** A route for programs: it knows no session and no form token, and proves its caller itself. */
export const Machine = () => SetMetadata('machine', true);

/** For a session on its way through the sign-in; `locked` for one that idleness has locked. */
export const DuringSignIn = (stage: Exclude<SessionStage, 'full'> | 'locked') =>
  SetMetadata('stage', stage);

/**
 * Needs a second factor proved not longer ago than the setting says (R9).
 * @param what completes "A code from your app is needed to …"
 */
export const StepUp = (what: Words) => SetMetadata('stepUp', what);

/**
 * Needs the password as well, when the sign-in is not just now: the route changes what one signs in with
 * (ASVS 7.5.1).
 */
export const WithPassword = () => SetMetadata('withPassword', true);

/** Judges what a route is about, before a code is asked for. */
export abstract class Sight {
  /**
   * @param params of the route
   * @throws NotFound when it is absent or not for these eyes, Forbidden when it is only to be seen
   */
  abstract check(viewer: Viewer, params: Record<string, string>): Promise<void>;
}

/** Asks this judge first, so that nobody proves a code for what is not theirs (R8 before R9). */
export const SeenBy = (sight: Type<Sight>) => SetMetadata('seenBy', sight);

/**
 * For operator staff; for others it does not exist (R8).
 * @param permission for those whom another role opens it to, everywhere
 */
export const ItOnly = (permission: Permission = 'platform.administer') =>
  SetMetadata('itOnly', permission);
