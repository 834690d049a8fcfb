import { join } from 'node:path';
import { SpeakingEta } from '../language/speaking-eta.js';
import { templatesFolder } from '../project-root.js';

const engine = new SpeakingEta({
  views: join(templatesFolder, 'pages'),
  cache: true,
  autoEscape: true,
});

/** Renders `templates/pages/<view>.eta`; the model is `it` there. */
export function renderPage(view: string, model: object): string {
  return engine.render(`/${view}`, model);
}
