import { startTestServer } from './test-server.mjs';

/**
 * Before all tests: one server, one migrated template. Test files of pure rules need neither, so a
 * failure is told to those who ask for a database (`createTestDatabase`), instead of stopping all.
 */
export default async function globalSetup() {
  try {
    const server = await startTestServer();
    process.env.KEYTURN_TEST_SERVER = JSON.stringify({ connection: server.connection });
    globalThis.keyturnTestServer = server;
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopAndDie(signal));
  } catch (error) {
    process.env.KEYTURN_TEST_SERVER = JSON.stringify({ failure: error.stack });
  }
}

/** Jest runs no teardown when it is interrupted. */
async function stopAndDie(signal) {
  await globalThis.keyturnTestServer?.stop();
  process.kill(process.pid, signal);
}
