import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { countries } from '../src/organisations/country.js';
import { catalogues } from '../src/platform/language/catalogues.js';
import { type Language, languages } from '../src/platform/language/languages.js';
import { Reminders } from '../src/reminders/reminders.service.js';
import { catalogue, messages } from '../tools/messages.mjs';
import { startTestApp, type TestApp } from './support/app.js';
import { linksIn, marking, unmarked } from './support/visible-words.js';

const keys = messages();
const translated = (Object.keys(languages) as Language[]).filter((each) => each !== 'en');

describe.each(translated)('the catalogue %s', (language) => {
  const words = catalogue(language);

  test('has what the code says, and nothing else', () => {
    const known = new Set(keys);
    expect(Object.keys(words).filter((key) => !known.has(key))).toEqual([]);
    expect(keys.filter((key) => !words[key])).toEqual([]);
  });

  test('has the same places for values and the same markup in each sentence', () => {
    const different = Object.entries(words).filter(
      ([key, sentence]) => frameOf(key) !== frameOf(sentence),
    );
    expect(different).toEqual([]);
  });
});

/** Places, each once, and tags with their attributes. */
function frameOf(sentence: string): string {
  const places = new Set(sentence.replace(/<[^>]*>/g, '').match(/\{\d+\}/g));
  const tags = sentence.match(/<\/?[a-z][^>]*>/g) ?? [];
  return JSON.stringify([[...places].sort(), tags.sort()]);
}

test('every key is a sentence or a word', () => {
  const broken = keys.filter(
    (key) =>
      !/[\p{L}“]/u.test(key.replace(/\{\d+\}|<[^>]*>/g, '')) ||
      /^\s|\s$|\s\s|[`$\\⟦⟧]|%>|<%|undefined|\[object/.test(key),
  );
  expect(broken).toEqual([]);
});

/** What is printed as it is kept or as Intl writes it, and belongs to no catalogue. */
const data = [
  /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g,
  /\b[\w.+-]+@[\w-]+(\.[\w-]+)+/g,
  /\b(https?|smtp):\/\/\S+/g,
  /\b(Mo|Di|Mi|Do|Fr|Sa|So)\.,/g,
  /\b\d+\. \p{L}+ \d{4}/gu,
  /\b\d\d:\d\d UTC\b/g,
  // The code behind the name of a country.
  /\([A-Z]{2}\)/g,
  // The hint of a secret, and the scopes of our own API.
  /(?<!\w)[0-9A-Za-z]{3}…/g,
  /\b(audit|provisioning|secrets)\.(read|write|manage)\b|\buserinfo\b/g,
];
/** Words that are the same in every language. */
const proper = [
  /\b(Keyturn|API|JWT|CSV|JSON|YAML|UTC|ION|ms|min|MiB|Partner(Alternative)?)\b/g,
  /\b(curl|Node\.js|Python|Java|fatal)\b/g,
];

describe('on every page', () => {
  const german = catalogues.get('de')!;
  let service: TestApp;
  let names: string[];

  beforeAll(async () => {
    service = await startTestApp();
    await service.app.get(Reminders).run({ force: true });
    names = await namesIn(service);
    await service.dataSource.query(`update users set language = 'de'`);
    catalogues.set('de', marking);
  });
  afterAll(async () => {
    catalogues.set('de', german);
    await service.close();
  });

  test.each([
    ['IT', 40, ['/', '/admin/support?q=partner'], 'ines@keyturn.example'],
    ['an org admin', 8, ['/'], 'olga@matchpunt.example'],
    ['a credential manager', 8, ['/'], 'anna@matchpunt.example'],
    ['nobody', 1, ['/sign-in'], undefined],
  ])('%s reads nothing that went past the catalogue', async (_, atLeast, starts, email) => {
    const visitor = email ? await service.signedIn(email) : service.visitor();
    const found = new Map<string, Set<string>>();
    const waiting = [...starts];
    const seen = new Set<string>();
    const perPlace = new Map<string, number>();
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const place = placeOf(path);
      const times = perPlace.get(place) ?? 0;
      if (seen.has(path) || times >= 2 || /\.(csv|json|yaml|ics)|\/html$/.test(path)) continue;
      seen.add(path);
      perPlace.set(place, times + 1);
      const { text, status } = await visitor.get(path, { 'accept-language': 'de' });
      expect({ path, status }).toEqual({ path, status: 200 });
      waiting.push(...linksIn(text));
      const words = unmarked(text).map(withoutData).filter(Boolean);
      if (words.length > 0) found.set(place, new Set([...(found.get(place) ?? []), ...words]));
    }
    expect(perPlace.size).toBeGreaterThan(atLeast);
    const left = [...found].map(([place, words]) => [place, [...words]]);
    expect(Object.fromEntries(left)).toEqual({});
  });

  function withoutData(text: string): string {
    let rest = text;
    for (const form of data) rest = rest.replace(form, ' ');
    for (const name of names) rest = rest.replaceAll(name, ' ');
    for (const word of proper) rest = rest.replace(word, ' ');
    return /\p{L}{2}/u.test(rest) ? text : '';
  }
});

/** Texts that people or programs gave, and countries, the longest first. */
async function namesIn({ dataSource }: TestApp): Promise<string[]> {
  const rows = await dataSource.query<{ text: string }[]>(
    `select name as text from organisations union select slug from organisations
     union select name from users union select name from applications union select name from apis
     union select name from resources union select audience from resources
     union select scope from resources union select name from secrets
     union select confirmed_by from role_assignments union select subject from mails
     union select server_answer from mails where server_answer not like 'not sent:%'
     union select server_answer from reminders where server_answer not like 'not sent:%'
     union select subject_name from audit_events union select actor_name from audit_events
     union select host from domains union select name from domains
     union select code from apis union select country from organisations
     union select value from audit_events, jsonb_each_text(detail)
       where key in ('name', 'resource', 'resourceServer', 'application', 'confirmedBy',
         'host', 'url', 'secret')`,
  );
  const regions = new Intl.DisplayNames('de', { type: 'region' });
  return [...rows.map(({ text }) => text), ...countries().map(({ code }) => regions.of(code)!)]
    .filter(Boolean)
    .sort((one, other) => other.length - one.length);
}

function placeOf(path: string): string {
  return path.replace(/\?.*/, '?').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id');
}
