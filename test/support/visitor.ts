import { totp } from './totp.js';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** Path and query of the page that answered. */
  path: string;
}

/**
 * A browser without JavaScript: keeps cookies, follows redirects, and fills in forms with the hidden
 * fields they came with.
 */
export class Visitor {
  readonly cookies = new Map<string, string>();
  page: Answer = { status: 0, headers: new Headers(), text: '', path: '/' };

  constructor(
    private readonly url: string,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.follow('GET', path, undefined, headers);
  }

  /** Posts fields as they are, without those of the page. */
  async post(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.follow('POST', path, new URLSearchParams(fields).toString(), headers);
  }

  /** Posts a body as it is, of the type that the headers say. */
  async postBody(
    path: string,
    body: Buffer<ArrayBuffer>,
    headers: Record<string, string>,
  ): Promise<Answer> {
    return this.follow('POST', path, body, headers);
  }

  /** Posts the form on the present page that has this action, or the only one in its main part. */
  async submit(fields: Record<string, string>, action?: string): Promise<Answer> {
    const form = this.form(action);
    return this.post(form.action, { ...form.fields, ...fields });
  }

  /** The form's address and its hidden and prefilled fields. */
  form(action?: string): { action: string; fields: Record<string, string> } {
    const forms = [...mainOf(this.page.text).matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)]
      .filter(([, head]) => /method="post"/i.test(head!))
      .map(([, head, body]) => ({
        action: attribute(head!, 'action') || this.page.path,
        fields: fieldsIn(body!),
      }));
    const form = action ? forms.find((each) => each.action === action) : forms[0];
    if (!form) throw new Error(`no form ${action ?? ''} on ${this.page.path}: ${this.words}`);
    return form;
  }

  async signIn(account: { email: string; password: string; totpKey: string }): Promise<Answer> {
    await this.get('/sign-in');
    await this.submit({ email: account.email, password: account.password });
    return this.submit({ code: totp(account.totpKey, this.now()) });
  }

  /** What a reader sees of the present page. */
  get words(): string {
    return plain(this.page.text);
  }

  private async follow(
    method: string,
    path: string,
    body: string | Buffer<ArrayBuffer> | undefined,
    headers: Record<string, string>,
  ): Promise<Answer> {
    let response = await this.send(method, path, body, headers);
    for (let step = 0; response.status >= 300 && response.status < 400 && step < 5; step++) {
      path = response.headers.get('location')!;
      response = await this.send('GET', path, undefined, headers);
    }
    this.page = {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      path,
    };
    return this.page;
  }

  /** One request, redirects not followed. */
  async send(
    method: string,
    path: string,
    body?: string | Buffer<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const response = await fetch(new URL(path, this.url), {
      method,
      body,
      redirect: 'manual',
      headers: {
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (/expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name!);
      else this.cookies.set(name!, value!);
    }
    return response;
  }
}

/** Text of a piece of HTML without marks, in one line. */
export function plain(html: string): string {
  return unescape(
    html.replace(/<(script|style|svg)[\s\S]*?<\/\1>/g, ' ').replace(/<[^>]+>/g, ' '),
  ).replace(/\s+/g, ' ');
}

function mainOf(html: string): string {
  return /<main\b[\s\S]*<\/main>/.exec(html)?.[0] ?? html;
}

function fieldsIn(html: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [tag] of html.matchAll(/<input\b[^>]*>/g)) {
    const type = attribute(tag, 'type');
    if (['checkbox', 'radio', 'submit'].includes(type)) continue;
    const name = attribute(tag, 'name');
    if (name) fields[name] = attribute(tag, 'value');
  }
  return fields;
}

function attribute(tag: string, name: string): string {
  return unescape(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
}

/** Text as a reader sees it, from text as it stands in HTML. */
export function unescape(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&amp;', '&');
}
