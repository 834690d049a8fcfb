import { join } from 'node:path';
import { SpeakingEta } from '../language/speaking-eta.js';
import { templatesFolder } from '../project-root.js';

const views = join(templatesFolder, 'mail');
// The file ends in .eta, and Eta adds that only to names without a dot: hence `-text`, not `.txt`.
const plain = new SpeakingEta({ views, cache: true, autoEscape: false, autoTrim: false });
const html = new SpeakingEta({ views, cache: true, autoEscape: true });

/** Renders `templates/mail/<view>-text.eta` and `<view>-html.eta`; the model is `it` in both. */
export function renderMail(view: string, model: object): { text: string; html: string } {
  return {
    text: `${plain.render(`/${view}-text`, model).trim()}\n`,
    html: html.render(`/${view}-html`, model),
  };
}
