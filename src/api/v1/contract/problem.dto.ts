import { Parts, Text, Whole } from './fields.js';

export class ProblemPlaceAnswer {
  @Text({ optional: true, about: 'JSON pointer into the body (RFC 6901).' })
  pointer?: string;

  @Text({ optional: true, about: 'Name of a parameter of the address.' })
  parameter?: string;

  @Whole({ optional: true, about: 'Line of a file, from 1.' })
  line?: number;

  @Whole({ optional: true, about: 'Column of a file, from 1; in CSV the number of the cell.' })
  column?: number;

  @Text({ about: '`missing`, `unknown` or `invalid`.' })
  code: string;

  @Text()
  detail: string;
}

/** RFC 9457. */
export class ProblemAnswer {
  @Text()
  type: string;

  @Text()
  title: string;

  @Whole()
  status: number;

  @Text({ about: 'For programs. It never changes.' })
  code: string;

  @Text({ about: 'For people. It may change.' })
  detail: string;

  @Parts(() => ProblemPlaceAnswer, { optional: true, about: 'What is wrong, place by place.' })
  errors?: ProblemPlaceAnswer[];

  @Text({ about: 'Under which the log has this request.' })
  requestId: string;
}
