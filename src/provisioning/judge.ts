import type { Language } from '../platform/language/languages.js';
import { speaking } from '../platform/language/speaking.js';
import type { UtcDay } from '../platform/utc-day.js';
import { differenceOf } from './difference/difference.js';
import { type Names, namesOf } from './names.js';
import { countsOf, fingerprintOf, type Plan, type Work } from './plan.js';
import { looksLikeCsv, readCsv } from './read-csv.js';
import { readYaml } from './read-yaml.js';
import { byPosition, type Problem, type RowKind } from './rows.js';
import type { State } from './state.query.js';
import { type Wanted, wantedOf } from './wanted.js';

export interface CompareSettings {
  prune: boolean;
  /** May the file speak of operator staff? */
  staff: boolean;
  /** Leave out of the plan's entries what is the same. */
  brief: boolean;
  /** Is the module of domains on? */
  domains: boolean;
  /** What problems are told in. */
  language: Language;
}

/** What an application of the file needs of a comparison. */
export type Task = Omit<Plan, 'entries'> & { work: Work };

/**
 * Reads one file and compares it with the database: everything that needs no database. First `read`, then
 * one of the others.
 */
export interface Judge {
  /** @returns by which names to ask the database, and what is wrong already */
  read(
    text: string,
    today: UtcDay,
    language: Language,
  ): Promise<{ names: Names; problems: Problem[] }>;
  plan(state: State, settings: CompareSettings): Promise<Plan>;
  task(state: State, settings: CompareSettings): Promise<Task>;
  close(): Promise<void>;
}

/** Does it at once, where it is asked. */
export class PlainJudge implements Judge {
  private text = '';
  private today: UtcDay;
  private wanted: Wanted;
  private kinds: Set<RowKind>;

  read(
    text: string,
    today: UtcDay,
    language: Language,
  ): Promise<{ names: Names; problems: Problem[] }> {
    const { wanted, kinds, problems } = speaking(language, () => wantedOfText(text, today));
    Object.assign(this, { text, today, wanted, kinds });
    return Promise.resolve({ names: namesOf(wanted), problems: problems.sort(byPosition) });
  }

  plan(state: State, settings: CompareSettings): Promise<Plan> {
    const { entries, problems, counts, fingerprint } = this.compare(state, settings);
    const shown = settings.brief ? entries.filter(({ action }) => action !== 'same') : entries;
    return Promise.resolve({ problems, entries: shown, counts, fingerprint });
  }

  task(state: State, settings: CompareSettings): Promise<Task> {
    const { problems, counts, fingerprint, work } = this.compare(state, settings);
    return Promise.resolve({ problems, counts, fingerprint, work });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private compare(
    state: State,
    { prune, staff, domains, language }: CompareSettings,
  ): Plan & { work: Work } {
    const { text, today, wanted, kinds } = this;
    const settings = { today, prune, staff, domains, kinds };
    const { entries, work, problems } = speaking(language, () =>
      differenceOf(wanted, state, settings),
    );
    const counts = countsOf(problems.length > 0 ? [] : entries);
    if (problems.length > 0)
      return { problems: problems.sort(byPosition), entries: [], work, counts, fingerprint: '' };
    const fingerprint = fingerprintOf(text, prune, entries, state);
    return { problems, entries, work, counts, fingerprint };
  }
}

function wantedOfText(text: string, today: UtcDay) {
  const { rows, kinds, problems } = looksLikeCsv(text) ? readCsv(text) : readYaml(text);
  const { wanted, problems: more } = wantedOf(rows, today);
  return { wanted, kinds, problems: [...problems, ...more] };
}
