import { plain, type Visitor } from '../support/visitor.js';
import type { TestApp } from '../support/app.js';

/** Operator staff of the demo world. */
export const it = 'ines@keyturn.example';
export const orgAdmin = 'olga@matchpunt.example';
export const manager = 'anna@matchpunt.example';
export const foreigner = 'grace@lanetrust.example';
export const leaver = 'pieter@matchpunt.example';

/** Nothing has this id. */
export const nowhere = '00000000-0000-4000-8000-000000000000';

/** The id of the one row that fits. */
export async function idOf(
  service: TestApp,
  table: 'organisations' | 'applications' | 'users',
  column: string,
  value: string,
): Promise<string> {
  const [row] = await service.dataSource.query<{ id: string }[]>(
    `select id from ${table} where ${column} = $1`,
    [value],
  );
  return row!.id;
}

export async function resourceId(
  service: TestApp,
  name: string,
  environment: 'production' | 'sandbox',
): Promise<string> {
  const [row] = await service.dataSource.query<{ id: string }[]>(
    `select id from resources where name = $1 and environment = $2`,
    [name, environment],
  );
  return row!.id;
}

interface Event {
  action: string;
  actor: string;
  subject: string;
  outcome: string;
  detail: Record<string, unknown>;
  address: string | null;
}

/** The newest events of the audit, the last one first. */
export function lastEvents(service: TestApp, count = 1): Promise<Event[]> {
  return service.dataSource.query<Event[]>(
    `select action, actor_name as actor, subject_name as subject, outcome, detail, address
     from audit_events order by id desc limit $1`,
    [count],
  );
}

export async function countEvents(service: TestApp): Promise<number> {
  const [row] = await service.dataSource.query<{ count: number }[]>(
    `select count(*)::int as count from audit_events`,
  );
  return row!.count;
}

/** What every form of the present page carries. */
export function csrfOf(visitor: Visitor): { _csrf: string } {
  return { _csrf: /name="_csrf" value="([^"]*)"/.exec(visitor.page.text)![1]! };
}

/** The sentence at a field of the present page. */
export function errorAt(visitor: Visitor, field: string): string | undefined {
  const found = new RegExp(`id="${field}-error"[^>]*>([\\s\\S]*?)</p>`).exec(visitor.page.text);
  return found ? plain(found[1]!).replace('Error: ', '').trim() : undefined;
}

/** What a text field of the present page holds. */
export function valueAt(visitor: Visitor, field: string): string | undefined {
  const tag = new RegExp(`<input\\b[^>]*\\bname="${field}"[^>]*>`).exec(visitor.page.text)?.[0];
  return tag && /\bvalue="([^"]*)"/.exec(tag)?.[1];
}

/** The values of a list to choose from, and which one is chosen. */
export function optionsAt(visitor: Visitor, field: string): { values: string[]; chosen?: string } {
  const list = new RegExp(`<select\\b[^>]*\\bname="${field}"[^>]*>([\\s\\S]*?)</select>`).exec(
    visitor.page.text,
  );
  const options = [...(list?.[1] ?? '').matchAll(/<option value="([^"]*)"( selected)?/g)];
  return {
    values: options.map(([, value]) => value!),
    chosen: options.find(([, , selected]) => selected)?.[1],
  };
}
