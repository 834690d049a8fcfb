import type { Usage } from './superseded.js';

/** JSON has no dates: they come as text. */
export type UsageTexts = {
  [Name in keyof Usage]: null extends Usage[Name] ? string | null : string;
};

/** As SQL: names and values for `json_build_object`, of the secret in this row. */
export const usageJson = (secret: string) => `
  'createdAt', ${secret}.created_at, 'expiresAt', ${secret}.expires_at,
  'disabledAt', ${secret}.disabled_at, 'deletedAt', ${secret}.deleted_at,
  'firstUsedAt', ${secret}.first_used_at, 'lastUsedAt', ${secret}.last_used_at`;

/** The instants of a secret that came as JSON. */
export function usageDates(row: UsageTexts | Usage): Usage {
  const date = (at: string | Date | null) => (at === null ? null : new Date(at));
  return {
    createdAt: new Date(row.createdAt),
    expiresAt: new Date(row.expiresAt),
    disabledAt: date(row.disabledAt),
    deletedAt: date(row.deletedAt),
    firstUsedAt: date(row.firstUsedAt),
    lastUsedAt: date(row.lastUsedAt),
  };
}
