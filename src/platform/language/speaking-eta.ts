import { Eta, type EtaConfig } from 'eta';
import { language, listed, plural, raw, t, th } from './speaking.js';

/** Templates in which the functions for words can be used at once. */
export class SpeakingEta extends Eta {
  readonly words = { language, listed, plural, raw, t, th };

  constructor(config: Partial<EtaConfig>) {
    const functionHeader = 'const { language, listed, plural, raw, t, th } = this.words;';
    super({ ...config, functionHeader });
  }
}
