import { SetMetadata } from '@nestjs/common';
import type { SessionStage } from './authentication.entity.js';

/** Open to everyone. Every route without a mark needs a complete sign-in; a test lists the others. */
export const Public = () => SetMetadata('public', true);

/** A route for programs: it knows no session and no form token, and proves its caller itself. */
export const Machine = () => SetMetadata('machine', true);

/** For a session on its way through the sign-in; `locked` for one that idleness has locked. */
export const DuringSignIn = (stage: Exclude<SessionStage, 'full'> | 'locked') =>
  SetMetadata('stage', stage);

/**
 * Needs a TOTP code not older than the setting says (R9).
 * @param what completes "A code from your app is needed to …"
 */
export const StepUp = (what: string) => SetMetadata('stepUp', what);

/** For operator staff; for others it does not exist (R8). */
export const ItOnly = () => SetMetadata('itOnly', true);
