import { Eta } from 'eta';
import { join } from 'node:path';
import { templatesFolder } from '../project-root.js';

const engine = new Eta({ views: join(templatesFolder, 'pages'), cache: true, autoEscape: true });

/** Renders `templates/pages/<view>.eta`; the model is `it` there. */
export function renderPage(view: string, model: object): string {
  return engine.render(`/${view}`, model);
}
