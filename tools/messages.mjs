// `npm run messages -- de`: the sentences that a catalogue lacks, as JSON to be filled in, and what
// it has without need. Sentences are found where they are written: t`…` and th`…`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '../..');
const catalogueFile = (language) => join(root, 'templates/languages', `${language}.json`);

/** @returns the keys of all catalogues, sorted */
export function messages() {
  const files = ['src', 'templates'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => /(?<!\.spec)\.ts$|\.eta$/.test(name) && !name.endsWith('speaking.ts'))
      .map((name) => join(root, folder, name)),
  );
  return [...new Set(files.flatMap((file) => keysIn(readFileSync(file, 'utf8'))))].sort();
}

function keysIn(code) {
  return [...code.matchAll(/(?<![\w$.])th?`/g)].map(({ index, 0: tag }) =>
    keyAt(code, index + tag.length),
  );
}

/** Reads a template literal from its first character; `${…}` becomes `{0}`, `{1}`. */
function keyAt(code, start) {
  let key = '';
  let values = 0;
  for (let at = start; code[at] !== '`'; at++) {
    if (code[at] === '\\') key += code[++at];
    else if (code.startsWith('${', at)) {
      key += `{${values++}}`;
      for (let depth = 1, i = at + 2; ; i++) {
        if (code[i] === '{') depth++;
        if (code[i] === '}' && --depth === 0) {
          at = i;
          break;
        }
      }
    } else key += code[at];
  }
  return key;
}

export function catalogue(language) {
  return JSON.parse(readFileSync(catalogueFile(language), 'utf8'));
}

const [, script, language, file] = process.argv;
if (script === fileURLToPath(import.meta.url)) {
  const keys = messages();
  const known = catalogue(language);
  if (file) {
    // Takes translations from a file, drops what nobody says any more, and keeps the order.
    const all = { ...known, ...JSON.parse(readFileSync(file, 'utf8')) };
    const kept = Object.fromEntries(keys.filter((key) => all[key]).map((key) => [key, all[key]]));
    writeFileSync(catalogueFile(language), `${JSON.stringify(kept, null, 2)}\n`);
  } else {
    const lacking = keys.filter((key) => !known[key]);
    console.log(JSON.stringify(Object.fromEntries(lacking.map((key) => [key, ''])), null, 2));
  }
}
