import { Transform } from 'class-transformer';
import type { EventFilter } from '../audit/events.query.js';
import { rangeOfDays } from '../platform/day-range.js';
import { readForm } from '../platform/web/form.js';
import { actionsLike } from './audit-words.js';
import { searchText } from './search-text.js';

const Typed = () => Transform(({ value }: { value: string }) => searchText(value));

/** What the page of the audit can be asked for; in the address, so that a view can be sent on. */
export class AuditForm {
  @Typed()
  who = '';

  /** Words or the code of what was done. */
  @Typed()
  what = '';

  @Typed()
  on = '';

  /** Days, both included. */
  @Typed()
  from = '';

  @Typed()
  to = '';
}

export function readAuditForm(query: unknown): AuditForm {
  return readForm(AuditForm, query);
}

/** @returns the filter; nothing fits words that no action has */
export function filterOf({ who, what, on, from, to }: AuditForm): EventFilter {
  return {
    who,
    subject: on,
    actions: what ? [what, ...actionsLike(what)] : [],
    ...rangeOfDays(from, to),
  };
}
