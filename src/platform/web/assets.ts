import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { templatesFolder } from '../project-root.js';

const folder = join(templatesFolder, 'assets');

/** A short digest of all files under `/assets/`, for the query of their addresses. */
export const assets = readdirSync(folder)
  .sort()
  .reduce((hash, file) => hash.update(readFileSync(join(folder, file))), createHash('sha256'))
  .digest('base64url')
  .slice(0, 10);
