import { randomUUID } from 'node:crypto';
import { applicationName } from '../applications/application-name.js';
import { checkedTerms } from '../applications/roles.service.js';
import { Invalid } from '../platform/refusals.js';
import { type UtcDay, utcDay } from '../platform/utc-day.js';
import { type Entry, emptyWork, type Work } from './plan.js';
import type { Item, Position, Problem, RowKind } from './rows.js';
import type { ApplicationState, RoleState, State } from './state.query.js';
import {
  organisationKey,
  type Wanted,
  type WantedApplication,
  type WantedOrganisation,
  type WantedRole,
  type WantedUser,
} from './wanted.js';

export interface Difference {
  entries: Entry[];
  work: Work;
  problems: Problem[];
}

interface Settings {
  today: UtcDay;
  /** Removes what the described organisations have and the file does not name. */
  prune: boolean;
  /** The kinds that the file speaks of; others are not removed. */
  kinds: Set<RowKind>;
}

/** Compares the file with the database: what is to be made, changed, left and removed. */
export function differenceOf(wanted: Wanted, state: State, settings: Settings): Difference {
  const differ = new Differ(wanted, state, settings);
  wanted.organisations.forEach((each) => differ.organisation(each));
  wanted.applications.forEach((each) => differ.application(each));
  wanted.users.forEach((each) => differ.user(each));
  wanted.roles.forEach((each) => differ.role(each));
  if (settings.prune) differ.removals();
  const { entries, work, problems } = differ;
  return { entries, work, problems };
}

interface Place {
  id: string;
  country: string;
  slug: string;
}

interface Known {
  /** Absent for an application that is made by this file. */
  state?: ApplicationState;
  name: string;
  organisationId: string;
}

class Differ {
  readonly entries: Entry[] = [];
  readonly problems: Problem[] = [];
  readonly work = emptyWork();
  /** First line of each thing in the file. */
  private readonly seen = new Map<string, number>();
  private readonly places = new Map<string, Place>();
  private readonly applications = new Map<string, Known>();
  private readonly people = new Map<string, { id?: string; organisationId: string | null }>();
  private readonly keptRoles = new Set<string>();
  private readonly described: Set<string>;
  private readonly roleOf: Map<string, RoleState>;
  private readonly sameParts = new Map<string, ApplicationState>();

  constructor(
    private readonly wanted: Wanted,
    private readonly state: State,
    private readonly settings: Settings,
  ) {
    for (const [key, place] of state.organisations) this.places.set(key, place);
    for (const each of state.applications.values()) this.sameParts.set(partsOf(each), each);
    this.described = new Set(
      wanted.organisations.flatMap(({ key }) => state.organisations.get(key)?.id ?? []),
    );
    this.roleOf = new Map(state.roles.map((role) => [roleKey(role), role]));
  }

  organisation({ at, key, ...wanted }: WantedOrganisation): void {
    const { country, slug, name, ion } = wanted;
    if (this.isTwice(`organisation ${key}`, at)) return;
    if (ion && this.isTwice(`ION ${ion}`, at)) return;
    if (ion && this.ionIsTaken(ion, key))
      return this.complain(at, `${this.state.ions.get(ion)} has the ION ${ion}.`);
    const existing = this.state.organisations.get(key);
    const id = existing?.id ?? randomUUID();
    this.places.set(key, { id, country, slug });
    const label = `${country}/${slug}`;
    if (!existing) {
      this.work.newOrganisations.push({ id, ...wanted });
      return this.enter('create', 'organisation', label, at, { name, ion });
    }
    const changes = changesOf(existing, { slug, name, ion });
    if (changes.length > 0) this.work.changedOrganisations.push({ id, ...wanted });
    this.entries.push({
      action: changes.length > 0 ? 'change' : 'same',
      what: 'organisation',
      name: label,
      at,
      changes,
    });
  }

  application(wanted: WantedApplication): void {
    const place = this.placeOf(wanted.organisation);
    if (!this.state.apis.has(wanted.api.text)) {
      this.complain(wanted.api.at, `There is no API "${wanted.api.text.slice(0, 40)}".`);
      return;
    }
    if (!place) return;
    const { kind, api, at } = wanted;
    const built = applicationName({
      kind,
      country: place.country,
      slug: place.slug,
      api: api.text,
    });
    const name = wanted.name?.text ?? built;
    if (this.isTwice(`application ${name.toLowerCase()}`, at)) return;
    const existing = this.state.applications.get(name.toLowerCase());
    const problem = existing
      ? foreign(existing, wanted, place)
      : this.cannotBeMade(wanted, built, place);
    if (problem) return this.complain(wanted.name?.at ?? at, problem);
    const id = existing?.id ?? randomUUID();
    this.applications.set(name.toLowerCase(), {
      state: existing,
      name: existing?.name ?? name,
      organisationId: place.id,
    });
    this.enterApplication(wanted, existing, { id, name, place });
    this.grants(wanted, existing, { id, name: existing?.name ?? name, organisationId: place.id });
  }

  private enterApplication(
    { at, kind, api, disabled }: WantedApplication,
    existing: ApplicationState | undefined,
    { id, name, place }: { id: string; name: string; place: Place },
  ): void {
    if (!existing) {
      const { country, slug } = place;
      this.work.newApplications.push({
        id,
        clientId: randomUUID(),
        organisationId: place.id,
        kind,
        country,
        slug,
        apiCode: api.text,
        name,
        disabled,
      });
      return this.enter('create', 'application', name, at, { state: disabled ? 'disabled' : null });
    }
    const changes = changesOf({ state: stateText(existing) }, { state: stateText({ disabled }) });
    if (changes.length > 0) (disabled ? this.work.disabled : this.work.enabled).push(id);
    this.entries.push({
      action: changes.length > 0 ? 'change' : 'same',
      what: 'application',
      name: existing.name,
      at,
      changes,
    });
  }

  /** By its name it is another one's, or not what the row says. */
  private cannotBeMade(
    { name, kind, api }: WantedApplication,
    built: string,
    place: Place,
  ): string | undefined {
    if (name && name.text !== built) {
      return `There is no application "${name.text.slice(0, 120)}". A new one would be called ${built}: leave "name" out.`;
    }
    const older = this.sameParts.get(
      partsOf({ organisationId: place.id, kind, apiCode: api.text }),
    );
    return older && !name
      ? `This organisation has ${older.name} already. Write that into "name", or ${built} for a second one.`
      : undefined;
  }

  private grants(
    { resources, kind, api }: WantedApplication,
    existing: ApplicationState | undefined,
    application: { id: string; name: string; organisationId: string },
  ): void {
    const granted = new Set(existing?.granted);
    for (const { text, at } of resources ?? []) {
      const resource = this.state.resources.get(text);
      if (!resource) {
        this.complain(at, `There is no resource "${text.slice(0, 40)}".`);
      } else if (resource.hasScopes) {
        this.complain(at, `"${text}" has scopes: grant it on the page of the application.`);
      } else if (resource.apiCode !== api.text && !resource.anyApi) {
        this.complain(at, `"${text}" belongs to another API than the application.`);
      } else if (kind === 'partner_alternative' && !resource.openToAlternative) {
        this.complain(
          at,
          'A PartnerAlternative application can hold the Match-Connect sandbox only.',
        );
      } else {
        const isThere = granted.delete(text);
        this.enter(isThere ? 'same' : 'create', 'grant', `${application.name} → ${text}`, at);
        const { id: applicationId, name, organisationId } = application;
        if (!isThere)
          this.work.newGrants.push({ applicationId, application: name, organisationId, resource });
      }
    }
    if (!resources || !this.settings.prune) return;
    for (const scope of granted) {
      this.enter('remove', 'grant', `${application.name} → ${scope}`);
      this.work.withdrawnGrants.push({
        applicationId: application.id,
        resourceId: this.state.resources.get(scope)!.id,
      });
    }
  }

  user({ at, email, name, organisation }: WantedUser): void {
    if (this.isTwice(`user ${email}`, at)) return;
    const place = organisation && this.placeOf(organisation);
    if (organisation && !place) return;
    const organisationId = place?.id ?? null;
    const existing = this.state.users.get(email);
    if (existing?.closed)
      return this.complain(at, 'This account is closed. A closed account is not opened again.');
    if (existing && existing.organisationId !== organisationId) {
      return this.complain(
        organisation?.at ?? at,
        'This account belongs to another organisation. That never changes.',
      );
    }
    this.people.set(email, { id: existing?.id, organisationId });
    if (!existing) {
      this.work.newUsers.push({ email, name, organisationId });
      return this.enter('create', 'user', email, at, {
        name,
        organisation: organisation?.text ?? null,
      });
    }
    const changes = changesOf(existing, { name });
    if (changes.length > 0) this.work.renamedUsers.push({ id: existing.id, name });
    this.entries.push({
      action: changes.length > 0 ? 'change' : 'same',
      what: 'user',
      name: email,
      at,
      changes,
    });
  }

  role(wanted: WantedRole): void {
    const person = this.personOf(wanted.user);
    const application = wanted.application && this.applicationOf(wanted.application);
    if (!person || (wanted.application && !application)) return;
    const misfit = roleMisfit(wanted, person.organisationId, application?.organisationId);
    if (misfit) return this.complain(wanted.at, misfit);
    const label = roleLabel(wanted.user.text, wanted.role, application?.name);
    if (this.isTwice(`role ${label.toLowerCase()}`, wanted.at)) return;
    const existing = person.id
      ? this.roleOf.get(
          roleKey({
            userId: person.id,
            role: wanted.role,
            applicationId: application?.state?.id ?? null,
          }),
        )
      : undefined;
    // An application that is made by this file has no roles yet.
    const live = application && !application.state ? undefined : existing;
    if (live) this.keptRoles.add(live.id);
    const over = wanted.lastDay !== null && wanted.lastDay < this.settings.today;
    if (!live && over) return this.enter('same', 'role', label, wanted.at);
    this.enterRole(wanted, live, label, application?.name);
  }

  private enterRole(
    wanted: WantedRole,
    live: RoleState | undefined,
    label: string,
    application?: string,
  ): void {
    const before = live && {
      confirmed_by: live.confirmedBy,
      confirmed_on: live.confirmedOn,
      last_day: lastDayOf(live.endsAt),
    };
    const terms = {
      confirmed_by: wanted.confirmedBy ?? live?.confirmedBy ?? null,
      confirmed_on: wanted.confirmedOn ?? live?.confirmedOn ?? null,
      last_day: wanted.lastDay,
    };
    const changes = before ? changesOf(before, terms) : [];
    if (before && changes.length === 0) return this.enter('same', 'role', label, wanted.at);
    const wish = {
      role: wanted.role,
      confirmedBy: terms.confirmed_by ?? undefined,
      confirmedOn: terms.confirmed_on ?? undefined,
      lastDay: terms.last_day ?? undefined,
    };
    if (!this.termsHold(wish, wanted.at)) return;
    if (live) this.work.withdrawnRoles.push(live.id);
    this.work.newRoles.push({ email: wanted.user.text, application, ...wish });
    if (live)
      this.entries.push({ action: 'change', what: 'role', name: label, at: wanted.at, changes });
    else this.enter('create', 'role', label, wanted.at, terms);
  }

  private termsHold(wish: Parameters<typeof checkedTerms>[0], at: Position): boolean {
    try {
      checkedTerms(wish, this.settings.today);
      return true;
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      for (const text of Object.values(error.fields)) this.complain(at, text);
      return false;
    }
  }

  /** What the organisations of the file have besides. Organisations and operator staff stay. */
  removals(): void {
    const { kinds } = this.settings;
    const gone = new Set<string>();
    for (const each of this.state.applications.values()) {
      if (!this.isPruned(each)) continue;
      gone.add(each.id);
      this.enter('remove', 'application', each.name);
      this.work.deletedApplications.push(each.id);
    }
    for (const each of this.state.users.values()) {
      if (!kinds.has('user') || each.closed || !this.isDescribed(each.organisationId)) continue;
      if (this.people.has(each.email)) continue;
      gone.add(each.id);
      this.enter('remove', 'user', each.email);
      this.work.closedUsers.push(each.id);
    }
    if (!kinds.has('role')) return;
    const people = new Map([...this.state.users.values()].map((each) => [each.id, each]));
    for (const role of this.state.roles) {
      const person = people.get(role.userId)!;
      const stays = this.keptRoles.has(role.id) || !this.isDescribed(person.organisationId);
      // What goes with its account or application needs no line of its own.
      if (stays || gone.has(role.userId) || gone.has(role.applicationId ?? '')) continue;
      this.enter('remove', 'role', roleLabel(person.email, role.role, role.application));
      this.work.withdrawnRoles.push(role.id);
    }
  }

  private isPruned(application: ApplicationState): boolean {
    return (
      this.settings.prune &&
      this.settings.kinds.has('application') &&
      this.isDescribed(application.organisationId) &&
      !this.applications.has(application.name.toLowerCase())
    );
  }

  private isDescribed(organisationId: string | null): boolean {
    return organisationId !== null && this.described.has(organisationId);
  }

  private ionIsTaken(ion: string, key: string): boolean {
    const holder = this.state.ions.get(ion);
    if (holder === undefined || holder === key) return false;
    const described = this.wanted.organisations.find((each) => each.key === holder);
    return !described || described.ion === ion;
  }

  private placeOf({ text, at }: Item): Place | undefined {
    const place = this.places.get(organisationKey(text));
    if (!place)
      this.complain(at, `There is no organisation ${text}, neither in this file nor in Keyturn.`);
    return place;
  }

  private applicationOf({ text, at }: Item): Known | undefined {
    const name = text.toLowerCase();
    const known = this.applications.get(name);
    if (known) return known;
    const state = this.state.applications.get(name);
    if (!state || this.isPruned(state)) {
      const why = state
        ? 'would be removed: the file does not name it'
        : 'is neither in this file nor in Keyturn';
      this.complain(at, `The application "${text.slice(0, 120)}" ${why}.`);
      return undefined;
    }
    return { state, name: state.name, organisationId: state.organisationId };
  }

  private personOf({ text, at }: Item): { id?: string; organisationId: string | null } | undefined {
    const known = this.people.get(text);
    if (known) return known;
    const state = this.state.users.get(text);
    const pruned =
      this.settings.prune &&
      this.settings.kinds.has('user') &&
      this.isDescribed(state?.organisationId ?? null);
    if (!state || state.closed || pruned) {
      const why = pruned
        ? 'would be closed: the file does not name it'
        : 'is neither in this file nor open in Keyturn';
      this.complain(at, `The account "${text.slice(0, 120)}" ${why}.`);
      return undefined;
    }
    return state;
  }

  private isTwice(what: string, at: Position): boolean {
    const first = this.seen.get(what);
    this.seen.set(what, first ?? at.line);
    if (first !== undefined)
      this.complain(at, `This is there twice; the first time in line ${first}: ${what}.`);
    return first !== undefined;
  }

  private complain(at: Position, text: string): void {
    this.problems.push({ line: at.line, column: at.column, text });
  }

  private enter(
    action: Entry['action'],
    what: Entry['what'],
    name: string,
    at?: Position,
    values: Record<string, string | null> = {},
  ): void {
    const changes = action === 'create' ? changesOf({}, values) : [];
    this.entries.push({ action, what, name, at, changes });
  }
}

type Values = Record<string, string | null | undefined>;

function changesOf(before: object, after: Values): Entry['changes'] {
  return Object.entries(after)
    .map(([field, to]) => ({ field, from: (before as Values)[field] ?? '', to: to ?? '' }))
    .filter(({ from, to }) => from !== to);
}

function foreign(
  existing: ApplicationState,
  { kind, api }: WantedApplication,
  place: Place,
): string | undefined {
  const same =
    existing.organisationId === place.id && existing.kind === kind && existing.apiCode === api.text;
  return same
    ? undefined
    : `${existing.name} is an application of another organisation, kind or API.`;
}

function roleMisfit(
  { role }: WantedRole,
  organisationId: string | null,
  applicationOf: string | undefined,
): string | undefined {
  if (role === 'it' && organisationId) {
    return 'IT is for operator staff. This person belongs to an organisation.';
  }
  if (role === 'org_admin' && !organisationId) return 'This person belongs to no organisation.';
  return role === 'credential_manager' && organisationId !== applicationOf
    ? 'This person belongs to another organisation, so this role cannot be given.'
    : undefined;
}

function partsOf({
  organisationId,
  kind,
  apiCode,
}: Pick<ApplicationState, 'organisationId' | 'kind' | 'apiCode'>) {
  return `${organisationId} ${kind} ${apiCode}`;
}

function roleKey({
  userId,
  role,
  applicationId,
}: Pick<RoleState, 'userId' | 'role' | 'applicationId'>) {
  return `${userId} ${role} ${applicationId ?? ''}`;
}

function roleLabel(email: string, role: string, application?: string | null): string {
  return application ? `${email}: ${role} of ${application}` : `${email}: ${role}`;
}

function stateText({ disabled }: { disabled: boolean }): string {
  return disabled ? 'disabled' : 'enabled';
}

/** The day before the exclusive end. */
export function lastDayOf(endsAt: Date | null): string | null {
  return endsAt && utcDay(new Date(endsAt.getTime() - 1));
}
