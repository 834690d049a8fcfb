import type { DatabaseState } from './database-state.query.js';

/** Why requests should go to another instance. */
export type Unready = 'stopping' | 'database' | 'schema' | 'clock';

/** Seconds: codes and the ends of secrets are not to be trusted when clocks are further apart. */
export const furthestApart = 5;

/**
 * @param state absent where the database gave no answer. A schema that is newer than this version
 * is no fault: during a rolling update old and new work side by side.
 */
export function unreadyOf(
  state: DatabaseState | undefined,
  { stopping }: { stopping: boolean },
): Unready[] {
  const found: [Unready, boolean][] = [
    ['stopping', stopping],
    ['database', state === undefined],
    ['schema', (state?.missingMigrations ?? 0) > 0],
    ['clock', Math.abs(state?.clockOffset ?? 0) > furthestApart],
  ];
  return found.filter(([, is]) => is).map(([kind]) => kind);
}
