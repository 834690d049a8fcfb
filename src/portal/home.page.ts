import type { Viewer } from '../authentication/viewer.js';
import { plural, t } from '../platform/language/speaking.js';
import { numberText } from '../platform/words.js';
import type { Counted, EndCounts } from './all-ends.query.js';
import { homeApplication } from './credentials.page.js';
import type { ApplicationRow } from './credentials.query.js';
import { filterTexts, homeHref, quotedFilters } from './home-filter.js';
import { type Filter, filters, type HomeCounts, type HomeFilter } from './home.query.js';
import type { HomePage } from './models.js';
import { seesAll } from './places.js';

/** A shorter list is read at a glance. */
const worthSearching = 4;

/** The list of applications with what it can be narrowed to. */
export function homePage(
  viewer: Viewer,
  filter: HomeFilter,
  counted: { counts?: HomeCounts; ends?: EndCounts },
  rows: ApplicationRow[],
  now: Date,
): HomePage {
  const { counts } = counted;
  return {
    intro: introFor(viewer),
    attention: counts && attentionOf(counts),
    search:
      !counts || filter.q || filter.show || counts.all >= worthSearching
        ? searchOf(filter, counted, rows.length)
        : undefined,
    applications: rows.map((row) => homeApplication(row, viewer, now)),
    emptyText: viewer.it
      ? t`Create an organisation first, then its applications.`
      : t`No application has been set up for you yet. Ask support.`,
  };
}

function introFor(viewer: Viewer): string {
  if (seesAll(viewer)) return t`All applications of all organisations, to look at.`;
  const manages = viewer.may.has('secrets.manage');
  if (viewer.orgAdmin && manages) {
    return t`The applications you manage, and the others of your organisation to look at.`;
  }
  if (viewer.orgAdmin) return t`The applications of your organisation, to look at.`;
  return manages
    ? t`The applications you manage.`
    : t`The applications that your role lets you see, to look at.`;
}

function attentionOf({ attention, cannot_connect: silent }: HomeCounts): string[] {
  const texts = [
    attention > 0 &&
      plural(
        attention,
        t`${attention} secret needs attention`,
        t`${attention} secrets need attention`,
      ),
    silent > 0 &&
      plural(
        silent,
        t`${silent} application cannot connect`,
        t`${silent} applications cannot connect`,
      ),
  ];
  return texts.filter((text) => text !== false);
}

function searchOf(
  filter: HomeFilter,
  { counts, ends }: { counts?: HomeCounts; ends?: EndCounts },
  shown: number,
): HomePage['search'] {
  const { q, show } = filter;
  const known: Partial<Record<Filter, Counted>> = counts
    ? Object.fromEntries(filters.map((each) => [each, { count: counts[each], more: false }]))
    : { ...ends };
  const narrowed = filters
    .filter((each) => known[each]?.count !== 0 || each === show)
    .map((each) => ({
      text: filterTexts[each](),
      count: countText(known[each]),
      href: homeHref({ q, show: each }),
      current: each === show,
    }));
  const count = counts && numberText(counts.all);
  const all = { text: t`All`, count, href: homeHref({ q }), current: !show };
  return {
    q,
    show: show ?? '',
    choices: narrowed.length > 0 ? [all, ...narrowed] : [],
    nothing: shown > 0 ? undefined : nothingText(filter),
  };
}

function countText(counted: Counted | undefined): string | undefined {
  return counted && `${numberText(counted.count)}${counted.more ? '+' : ''}`;
}

function nothingText({ q, show }: HomeFilter): string {
  const what = show && quotedFilters[show]();
  if (!q) return t`No application is “${what ?? ''}” any more.`;
  return what ? t`No application fits “${q}” and “${what}”.` : t`No application fits “${q}”.`;
}
