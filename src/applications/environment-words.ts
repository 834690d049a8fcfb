import { t } from '../platform/language/speaking.js';
import type { Environment } from './application.entity.js';

export const environmentTexts: Record<Environment, () => string> = {
  production: () => t`Production`,
  sandbox: () => t`Sandbox`,
};

/** Within a sentence. */
export const environmentWords: Record<Environment, () => string> = {
  production: () => t`production`,
  sandbox: () => t`sandbox`,
};
