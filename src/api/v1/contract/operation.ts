import { SetMetadata } from '@nestjs/common';
import type { Shape } from './fields.js';

/** What a token of ours can allow in this API. */
export const scopes = [
  'audit.read',
  'provisioning.read',
  'provisioning.write',
  'secrets.manage',
  'secrets.read',
] as const;

export type Scope = (typeof scopes)[number];

/** Whoever may look at an application and at what it has. */
export const lookers: Scope[] = ['provisioning.read', 'secrets.read', 'secrets.manage'];

/** What a route promises. Guard, document and tests go by it; a route without one is not reached. */
export interface Operation {
  tag: string;
  summary: string;
  about?: string;
  /** One of them is needed; with none any token will do; `basic`: client ID and secret themselves. */
  scopes: Scope[] | 'public' | 'basic';
  /** 200 when absent. */
  status?: 200 | 201 | 202 | 204;
  answer?: Shape;
  /** Takes a file as its body, and answers 413 to one that is too large. */
  file?: boolean;
  /** The answer is a text of one of these media types, whichever is asked for. */
  texts?: readonly string[];
  /** The answer is an object of whatever members. */
  anyObject?: boolean;
  /** The answer is a page of a list of these. */
  listOf?: Shape;
  /** What else can be answered with success. */
  otherwise?: { status: 200; answer: Shape; about: string };
  /** Takes `Idempotency-Key`. */
  once?: boolean;
  /** Takes `If-Match`; `required` refuses to go without. */
  ifMatch?: 'required' | 'optional';
  /** Has an `ETag`. */
  tagged?: boolean;
  /** Also without an id in the address there can be nothing. */
  absent?: boolean;
  /** When the state of things does not allow it. */
  conflict?: string;
}

export const operationKey = 'keyturn:operation';

export const Operation = (operation: Operation) => SetMetadata(operationKey, operation);
