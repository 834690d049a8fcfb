// Programs that use the token service, for the drills.

/** Programs that buy tokens from all instances, each one every 40 ms, and revoke every fourth. */
export class Load {
  answers = [];
  revoked = [];
  #instances;
  #client;
  #over = false;
  #programs;

  constructor(instances, client, programs) {
    this.#instances = instances;
    this.#client = client;
    this.#programs = Array.from({ length: programs }, (_, number) => this.#run(number));
  }

  everyProgram(fits) {
    return this.#programs.every((_, number) =>
      fits(this.answers.filter(({ program }) => program === number)),
    );
  }

  async stop() {
    this.#over = true;
    await Promise.all(this.#programs);
  }

  async #run(program) {
    const { url } = this.#instances[program % this.#instances.length].ready;
    for (let count = 0; !this.#over; count++) {
      const begun = performance.now();
      const fields = { grant_type: 'client_credentials', scope: 'match-connect' };
      const answer = await post(`${url}/oauth2/token`, this.#client, fields);
      this.answers.push({ ...answer, program, begun, took: performance.now() - begun });
      if (answer.token && count % 4 === 0) {
        const { status } = await post(`${url}/oauth2/revoke`, this.#client, {
          token: answer.token,
        });
        if (status === 200) this.revoked.push(answer.token);
      }
      await pause(40);
    }
  }
}

export function isGoodSince(instant) {
  return ({ status, begun }) => status === 200 && begun >= instant;
}

/** Posts a form; an answer that never came has the status 0. */
export async function post(url, { clientId, value }, fields) {
  const credentials = Buffer.from(`${clientId}:${value}`).toString('base64');
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}` },
      body: new URLSearchParams(fields),
    });
    const text = await response.text();
    const body = text.startsWith('{') ? JSON.parse(text) : {};
    const { status, headers } = response;
    return { status, text, body, token: body.access_token, retryAfter: headers.get('retry-after') };
  } catch (error) {
    return { status: 0, text: String(error.cause ?? error) };
  }
}

export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
