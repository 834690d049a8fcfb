import { theService } from '../audit/audit.service.js';
import { SigningKeys } from '../oauth/signing-keys.service.js';
import { SystemClock } from '../platform/clock.js';
import { instantText } from '../platform/words.js';
import { command, print } from './command.js';
import { DataSource } from 'typeorm';
import { ownKeys, rotateOwn, textOf } from './own-keys.js';
import { withFeatures } from './with-features.js';

const options = { json: { type: 'boolean', default: false } } as const;

export const keysList = command(
  {
    name: 'keys list',
    summary: 'Lists the keys that sign access tokens, and the own ones with what needs them.',
    options,
    details: `
  --json  prints one line per key {"kid","state","signsFrom"} or {"kind","number","current","needs"}

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
      for (const { kind, number, current, needs } of await ownKeys(app.get(DataSource))) {
        const needed = kind === 'SESSION_KEYS' ? '' : `  needed by ${textOf(needs)}`;
        print(
          json
            ? JSON.stringify({ kind, number, current, needs })
            : `${kind} ${number}  ${current ? 'current' : 'read   '}${needed}`,
        );
      }
      return 0;
    }),
);

export const keysRotate = command(
  {
    name: 'keys rotate',
    summary: 'Publishes the next signing key now, or goes one step on with a key of the service.',
    places: ['[signing|hash|encryption|session]'],
    options,
    details: `
  --json  prints one line {"kid","signsFrom","made"}

Without a word, and with signing: the next key that signs tokens. It signs two hours later, when every resource server knows it. The old key stays published until its
last token has ended. While a next key is waiting already, nothing changes.

With hash, encryption or session: the first run announces a new key, the second one makes it the
current one; every instance is restarted after each (docs/keys.md). The list of keys is kept in DATA_DIR, or
printed where the environment has it.`,
  },
  ({ json }, [what = 'signing']) => {
    if (what !== 'signing') return Promise.resolve(rotateOwn(what));
    return withFeatures(new SystemClock(), async (app) => {
      const { kid, signsFrom, made } = await app.get(SigningKeys).rotate(theService);
      if (json) return print(JSON.stringify({ kid, signsFrom, made }));
      return print(
        `${made ? 'Published' : 'Nothing changed. Waiting already'}: ${kid}, signs from ${instantText(signsFrom)}.`,
      );
    });
  },
);
