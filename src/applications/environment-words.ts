import type { Environment } from './application.entity.js';

export const environmentTexts: Record<Environment, string> = {
  production: 'Production',
  sandbox: 'Sandbox',
};
