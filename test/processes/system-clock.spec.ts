import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { DemoProcesses } from '../support/demo-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { Stage } from '../reminders/cast.js';

/** Lies to a process about the system's clock: `apt-get install faketime`. */
const libfaketime = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
].find((file) => existsSync(file));
const withFaketime = libfaketime ? test : test.skip;

let stage: Stage;
let processes: DemoProcesses;
beforeAll(async () => {
  stage = await Stage.open();
  processes = new DemoProcesses((await temporaryFolder()).path);
});
afterAll(() => stage.close());

/** `keyturn remind` at a time that the system's clock is made to show; it goes on from there. */
async function remindAt(time: string): Promise<unknown> {
  const { out, err } = await processes.output(['dist/src/cli.js', 'remind', '--json'], {
    ...stage.environment,
    TZ: 'UTC',
    FAKETIME: `@${time}`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    LD_PRELOAD: libfaketime!,
  });
  return out ? JSON.parse(out) : err;
}

withFaketime(
  'the clock of a real process: a day, three days asleep, a step back',
  async () => {
    await stage.small('2027-06-30');
    const nothing = { due: 0, sent: 0, failed: 0, skipped: 0, noRecipient: 0 };
    expect(await remindAt('2027-06-25 08:00:00')).toEqual({ ...nothing, due: 1, sent: 1 });
    expect(await remindAt('2027-06-28 23:59:40')).toEqual({ ...nothing, due: 1, sent: 1 });
    expect(await remindAt('2027-06-25 09:00:00')).toEqual(nothing);
    const mails = stage.smtp.takeAll().map(({ mail }) => [mail.subject!.split(':')[0], mail.date]);
    expect(mails).toEqual([
      ['5 days left', expect.stringMatching(/^2027-06-25T08:00:/)],
      ['2 days left', expect.stringMatching(/^2027-06-28T23:59:/)],
    ]);
  },
  30_000,
);
