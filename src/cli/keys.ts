import { theService } from '../audit/audit.service.js';
import { SigningKeys } from '../oauth/signing-keys.service.js';
import { SystemClock } from '../platform/clock.js';
import { instantText } from '../platform/words.js';
import { command, print } from './command.js';
import { withFeatures } from './with-features.js';

const options = { json: { type: 'boolean', default: false } } as const;

export const keysList = command(
  {
    name: 'keys list',
    summary: 'Lists the keys that sign access tokens.',
    options,
    details: `
  --json  prints one line per key {"kid","state","signsFrom"}

States: next (published, signs later), signing, published (signs no more, its tokens still live), ended.`,
  },
  ({ json }) =>
    withFeatures(new SystemClock(), async (app) => {
      for (const { kid, state, signsFrom } of await app.get(SigningKeys).list()) {
        print(
          json
            ? JSON.stringify({ kid, state, signsFrom })
            : `${kid}  ${state.padEnd(9)}  signs from ${instantText(signsFrom)}`,
        );
      }
      return 0;
    }),
);

export const keysRotate = command(
  {
    name: 'keys rotate',
    summary: 'Publishes the next signing key now, ahead of its schedule.',
    options,
    details: `
  --json  prints one line {"kid","signsFrom","made"}

It signs two hours later, when every resource server knows it. The old key stays published until its
last token has ended. While a next key is waiting already, nothing changes.`,
  },
  ({ json }) =>
    withFeatures(new SystemClock(), async (app) => {
      const { kid, signsFrom, made } = await app.get(SigningKeys).rotate(theService);
      if (json) return print(JSON.stringify({ kid, signsFrom, made }));
      return print(
        `${made ? 'Published' : 'Nothing changed. Waiting already'}: ${kid}, signs from ${instantText(signsFrom)}.`,
      );
    }),
);
