import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../platform/config/config.js';
import { projectRoot } from '../../platform/project-root.js';

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
  version: string;
};

/** What the service says of itself to everyone, and to callers about how they are seen. */
export function infoOf(
  { PUBLIC_URL: url }: Config,
  now: Date,
  client: { ip: string; user_agent: string | null },
) {
  return {
    application: {
      ...{ name: 'Keyturn', description: 'Client secrets, domains and sign-in', version },
      ...{ locale: 'en', timezone: 'UTC', time: now.toISOString() },
    },
    client,
    api: {
      documentation: `${url}/api/v1/docs`,
      endpoints: {
        info: `${url}/api/info`,
        sign_token: `${url}/api/sign-token`,
        sign_token_verify: `${url}/api/sign-token-verify`,
        user_info: `${url}/api/get/user/info`,
      },
    },
  };
}
