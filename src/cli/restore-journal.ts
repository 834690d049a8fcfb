import { Audit } from '../audit/audit.service.js';
import { inTransaction } from '../platform/database/tx.js';
import { SystemClock } from '../platform/clock.js';
import { readJournal } from '../platform/journal/read-journal.js';
import { command, print } from './command.js';
import { commandLine } from './command-line.js';
import { replay } from './replay.js';
import { withFeatures } from './with-features.js';

export const restoreJournal = command(
  {
    name: 'restore-journal',
    summary: 'After a backup was restored: makes true again what has ended since.',
    options: { json: { type: 'boolean', default: false } },
    details: `
Reads all files in JOURNAL_DIR. What was deleted, switched off, withdrawn, closed, used up or mailed stays so;
sessions, opaque tokens and open invitations end. Run it before any instance is started. It can be run again.

  --json  prints one line {"facts","changed":{…}}`,
  },
  ({ json }) =>
    withFeatures(new SystemClock(), async (app, { platform }) => {
      const { config, dataSource, clock } = platform;
      if (!config.JOURNAL_DIR) {
        throw new RangeError('JOURNAL_DIR is not set: there is no journal to be replayed.');
      }
      const facts = await readJournal(config.JOURNAL_DIR);
      const changed = await inTransaction(dataSource, async (tx) => {
        const done = Object.fromEntries(await replay(tx, facts, clock.now()));
        await app.get(Audit).record(tx, commandLine(), {
          action: 'journal.replay',
          subject: { kind: 'installation', id: null, name: 'Keyturn' },
          detail: { facts: facts.length, ...done },
        });
        return done;
      });
      if (json) return print(JSON.stringify({ facts: facts.length, changed }));
      const lines = Object.entries(changed).map(([name, rows]) => `  ${name}: ${rows}`);
      return print([`${facts.length} facts in the journal. Rows changed:`, ...lines].join('\n'));
    }),
);
