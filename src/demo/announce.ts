import { roleTexts } from '../applications/role-words.js';
import type { Config } from '../platform/config/config.js';
import type { DemoWorld } from './make-world.js';
import { operatorProgram } from './world.js';

/** Says on standard output where the service is and, in the demo, who can sign in. */
export function announce(config: Config, demo: DemoWorld | undefined, json: boolean): void {
  const url = config.PUBLIC_URL;
  const mailbox = `${url}/mailbox`;
  if (json) {
    console.log(JSON.stringify({ url, ...(config.demo && { mailbox, ...demo }) }));
    return;
  }
  console.log(`\nKeyturn is running: ${url}\n`);
  if (!config.demo) return;
  console.log(`Mailbox with all mails sent:  ${mailbox}\n`);
  for (const { email, role, organisation } of demo?.accounts ?? []) {
    console.log(
      `  ${email.padEnd(26)} ${role === 'none' ? 'no role yet' : roleTexts[role]()}${organisation && ` of ${organisation}`}`,
    );
  }
  console.log(`
Password of all:  ${demo?.accounts[0]?.password ?? '(made at the first start)'}
Current code:     npm run code -- anna@matchpunt.example    (or look at the mailbox page)
Someone who has just been invited, noor@matchpunt.example, finds the link in the mailbox.
${programText(demo)}Stop with Ctrl-C. Everything is kept in ${config.DATA_DIR}; delete that folder to begin anew.
`);
}

/** What the commands of the README's *API for programs* are tried with. */
function programText(demo: DemoWorld | undefined): string {
  const clientId = demo?.applications.find(({ name }) => name === operatorProgram)?.clientId;
  const value = demo?.secrets.find((secret) => secret.clientId === clientId)?.value;
  if (!value) return '';
  return `
A program that may provision by the API:
  CLIENT_ID=${clientId}
  CLIENT_SECRET=${value}

`;
}
