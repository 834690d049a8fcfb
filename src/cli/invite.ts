import { Roles } from '../applications/roles.service.js';
import { SystemClock } from '../platform/clock.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { Users } from '../users/users.service.js';
import { command, print } from './command.js';
import { commandLine } from './command-line.js';
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
      const user = await app
        .get(Users)
        .invite(commandLine(), { email, name, organisationId: null });
      await app.get(Roles).give(commandLine(), { userId: user.id, role: 'it' });
      await app.get(Outbox).deliverDue();
      return print(`${user.email} has been invited as IT.`);
    });
  },
);

export const invite = command(
  {
    name: 'invite',
    summary: 'Makes an account in an organisation and mails the invitation.',
    options: {
      email: { type: 'string' },
      name: { type: 'string' },
      organisation: { type: 'string' },
    },
    details: `
  --email         the address that the invitation goes to, and the name for the sign-in
  --name          the person's name
  --organisation  country and short name, such as NL/Matchpunt

Roles come with a file ("keyturn apply") or on the pages: they need a confirmation on record.`,
  },
  ({ email, name, organisation }) => {
    if (!email || !name || !organisation) {
      throw new RangeError('--email, --name and --organisation are needed.');
    }
    return withFeatures(new SystemClock(), async (app, { platform }) => {
      const [country, slug] = organisation.split('/');
      const [found] = await platform.dataSource.query<{ id: string }[]>(
        'select id from organisations where country = $1 and lower(slug) = lower($2)',
        [country, slug],
      );
      if (!found) throw new RangeError(`There is no organisation ${organisation}.`);
      const wish = { email, name, organisationId: found.id };
      const user = await app.get(Users).invite(commandLine(), wish);
      await app.get(Outbox).deliverDue();
      return print(`${user.email} has been invited.`);
    });
  },
  async (service, { email, name, organisation }) => {
    if (!email || !name || !organisation) {
      throw new RangeError('--email, --name and --organisation are needed.');
    }
    const [country, slug] = organisation.split('/');
    const query = { country, slug: slug ?? '' };
    const found = await service.json<{ items: { id: string }[] }>('GET', 'organisations', {
      query,
    });
    const organisationId = found.items[0]?.id;
    if (!slug || !organisationId) throw new RangeError(`There is no organisation ${organisation}.`);
    const body = { organisationId, email, name };
    const user = await service.json<{ email: string }>('POST', 'users', { body });
    return print(`${user.email} has been invited.`);
  },
);
