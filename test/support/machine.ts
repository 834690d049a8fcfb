/** A program that talks to the token service. */
export interface MachineAnswer {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown>;
}

export interface Credentials {
  clientId: string;
  value: string;
}

export const basic = ({ clientId, value }: Credentials): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(value)}`).toString('base64')}`;

/** Posts a form, as programs do. */
export async function postForm(
  url: string,
  fields: Record<string, string>,
  as?: Credentials,
): Promise<MachineAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: as && { authorization: basic(as) },
    body: new URLSearchParams(fields),
  });
  const text = await response.text();
  const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, headers: response.headers, text, body };
}

export function askToken(
  url: string,
  as: Credentials,
  fields: Record<string, string> = {},
): Promise<MachineAnswer> {
  return postForm(`${url}/oauth2/token`, { grant_type: 'client_credentials', ...fields }, as);
}

export function introspect(url: string, as: Credentials, token: string): Promise<MachineAnswer> {
  return postForm(`${url}/oauth2/introspect`, { token }, as);
}
