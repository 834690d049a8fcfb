import { expect, test } from '@jest/globals';
import { detailFacts } from './audit-words.js';

test.each(['__proto__', 'constructor', 'valueOf', 'hasOwnProperty', '__defineGetter__'])(
  'somebody called %s is called so in the audit',
  (name) => {
    expect(detailFacts({ name })).toEqual([{ label: 'Name', text: name }]);
  },
);
