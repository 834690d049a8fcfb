import { Roles } from '../applications/roles.service.js';
import { theService } from '../audit/audit.service.js';
import { SystemClock } from '../platform/clock.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { Users } from '../users/users.service.js';
import { command, print } from './command.js';
import { withFeatures } from './with-features.js';

export const inviteIt = command(
  {
    name: 'invite-it',
    summary: 'Makes an account of operator staff with the IT role and mails the invitation.',
    options: { email: { type: 'string' }, name: { type: 'string' } },
    details: `
  --email  the address that the invitation goes to, and the name for the sign-in
  --name   the person's name

This is how the first person gets in.`,
  },
  ({ email, name }) => {
    if (!email || !name) throw new RangeError('--email and --name are needed.');
    return withFeatures(new SystemClock(), async (app) => {
      const user = await app.get(Users).invite(theService, { email, name, organisationId: null });
      await app.get(Roles).give(theService, { userId: user.id, role: 'it' });
      await app.get(Outbox).deliverDue();
      return print(`${user.email} has been invited as IT.`);
    });
  },
);
