import { Refusal } from '../../platform/refusals.js';

export interface Fault {
  line?: number;
  column?: number;
  pointer?: string;
  parameter?: string;
  detail: string;
}

/** The service said no, in its own words. */
export class RemoteRefusal extends Refusal {
  constructor(
    status: number,
    code: string,
    text: string,
    readonly errors: Fault[],
    readonly errorCount: number,
  ) {
    super(status, code, text);
  }
}

/** An answer of success; a refusal or something that is not from Keyturn is thrown. */
export async function answered(response: Response, url: string): Promise<Response> {
  const { status, headers } = response;
  const type = headers.get('content-type') ?? '';
  if (status >= 200 && status < 300) return response;
  if (status >= 300 && status < 400) {
    throw new RangeError(`${url} leads elsewhere (${status}). Set KEYTURN_URL to where it leads.`);
  }
  if (!/json/.test(type)) throw notKeyturn(url, status);
  const body = (await response.json().catch(() => undefined)) as Body | undefined;
  if (!body) throw notKeyturn(url, status);
  if (body.error !== undefined) throw new RangeError(`${url}: ${tokenRefusal(body)}`);
  const errors = body.errors ?? [];
  const places = errors.slice(0, 20).map(placeText);
  // Errors of a file are shown with the file's name, by who has it.
  const told = errors.some(({ line }) => line !== undefined) ? [] : places;
  const again = headers.get('retry-after');
  const wait = again ? [`Try again in ${again} seconds.`] : [];
  const text = [body.detail ?? `It answered ${status}.`, ...told, ...wait].join('\n');
  throw new RemoteRefusal(status, body.code ?? '', text, errors, body.errorCount ?? errors.length);
}

interface Body {
  error?: string;
  error_description?: string;
  code?: string;
  detail?: string;
  errors?: Fault[];
  errorCount?: number;
}

function notKeyturn(url: string, status: number): RangeError {
  return new RangeError(
    `${url} answered ${status}, and not as Keyturn does: a proxy in between, or another address? What was asked for may have been done.`,
  );
}

function tokenRefusal({ error, error_description: text = '' }: Body): string {
  if (error === 'invalid_client') {
    return 'KEYTURN_CLIENT_ID and KEYTURN_CLIENT_SECRET are not good: wrong, ended, switched off or deleted.';
  }
  if (error === 'invalid_scope' || error === 'invalid_target') {
    return 'The application has no grant for Keyturn itself. IT gives it on the page of the application.';
  }
  return `no token: ${error} ${text}`.trim();
}

function placeText({ pointer, parameter, detail }: Fault): string {
  const place = pointer?.slice(1) ?? parameter;
  return place ? `  ${place}: ${detail}` : `  ${detail}`;
}
