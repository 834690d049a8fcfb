import type { Actor } from '../audit/audit.service.js';
import type { AccessRequests } from '../sign-token/access-requests.service.js';
import type { AccessStep } from './access.page.js';

/** Either side presses a button; whether it is theirs to press, the feature knows. */
export function takeAccessStep(
  access: AccessRequests,
  user: Actor & { id: string },
  id: string,
  step: AccessStep,
): Promise<void> {
  if (step === 'withdraw') return access.withdraw(user, id);
  if (step === 'end') return access.end(user, id);
  return access.decide(user, id, step === 'accept');
}
