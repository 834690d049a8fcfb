import type { Entry, Plan } from '../../../provisioning/plan.js';
import type { EntryAnswer, PlanAnswer } from './provisioning.dto.js';

export function planAnswer({ fingerprint, counts, entries }: Plan): PlanAnswer {
  return { fingerprint, counts, entries: entries.map(entryAnswer) };
}

function entryAnswer({ action, what, name, at, changes }: Entry): EntryAnswer {
  return { action, what, name, line: at?.line ?? null, column: at?.column ?? null, changes };
}
