import type { Page } from '../platform/web/pages.js';
import type { ConfirmPage } from './models.js';

/** A question with its one button. */
export function confirmPage(model: ConfirmPage): Page {
  return { view: 'admin/confirm', title: model.heading, model };
}
