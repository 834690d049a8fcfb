/** After all tests: the server goes, and its folder with it. */
export default async function globalTeardown() {
  await globalThis.keyturnTestServer?.stop();
}
