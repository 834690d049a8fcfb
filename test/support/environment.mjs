// Where a test file runs. Jest gives every file a realm (a global object with its own Date, Error and
// Array), in which Nest, Fastify and TypeORM are read and warmed up anew. Here a file's modules are
// still its own, but they run in the realm of the worker, in which Node has loaded the packages once
// (`packages-once.ts`). Only `expect` and its kin stay apart. See docs/adr/0080-packages-once-per-worker.md.
import { TestEnvironment } from 'jest-environment-node';
import vm from 'node:vm';

const { SourceTextModule, SyntheticModule } = vm;

// Without a context, a module belongs to the realm we are in.
vm.SourceTextModule = class extends SourceTextModule {
  constructor(code, options) {
    super(code, { ...options, context: undefined });
  }
};

vm.SyntheticModule = class extends SyntheticModule {
  constructor(names, evaluate, options) {
    super(names, evaluate, { ...options, context: undefined });
  }
};

/** What `expect` shall know as we do, as in `expect.any(String)`. */
const types = ['Array', 'BigInt', 'Boolean', 'Date', 'Error', 'Function', 'Map', 'Number', 'Object']
  .concat(['Promise', 'RangeError', 'RegExp', 'Set', 'String', 'Symbol', 'SyntaxError'])
  .concat(['TypeError', 'WeakMap', 'WeakSet']);

/** What Jest puts on the global object for test files. */
const words = ['afterAll', 'afterEach', 'beforeAll', 'beforeEach'].concat([
  'describe',
  'expect',
  'it',
  'test',
]);

/** Where packages, and the coverage, keep what they know about the modules of one file. */
const notes = ['typeormMetadataArgsStorage', 'classValidatorMetadataStorage', '__coverage__'];

export default class extends TestEnvironment {
  variables = { ...process.env };

  constructor(...given) {
    super(...given);
    const { global } = this;
    for (const type of types) global[type] = globalThis[type];
    Object.defineProperty(global, '__coverage__', { get: () => globalThis.__coverage__ });
    for (const word of words) {
      Object.defineProperty(globalThis, word, { configurable: true, get: () => global[word] });
    }
    globalThis[Symbol.for('keyturn.import')] = (name) => import(name);
  }

  async teardown() {
    for (const note of notes) delete globalThis[note];
    for (const name in process.env) if (!(name in this.variables)) delete process.env[name];
    Object.assign(process.env, this.variables);
    await super.teardown();
  }
}
