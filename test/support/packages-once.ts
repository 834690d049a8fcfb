import { jest } from '@jest/globals';
import { readFileSync } from 'node:fs';

// Before each test file: packages come from Node, which loads them once per worker, when they are
// first asked for. `mock` is Jest's word for a module that is handed in; these are the real ones.
const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies: object;
  devDependencies: object;
};
const toolsAlone = /^@types\/|jest|^@nestjs\/cli$/;
const deeper = ['@simplewebauthn/server/helpers', 'ajv/dist/2020.js', 'csv-parse/sync'];
const load = Reflect.get(globalThis, Symbol.for('keyturn.import')) as (
  name: string,
) => Promise<object>;

for (const name of [...Object.keys({ ...dependencies, ...devDependencies }), ...deeper]) {
  if (toolsAlone.test(name)) continue;
  jest.unstable_mockModule(name, () => load(name));
}
