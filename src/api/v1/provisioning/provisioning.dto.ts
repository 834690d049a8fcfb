import { Flag, OneOf, Part, Parts, Text, Whole } from '../contract/fields.js';

export class PlanQuery {
  @Flag({
    optional: true,
    about: 'Also remove what the organisations of the file have and the file does not name.',
  })
  prune?: boolean;

  @Flag({ optional: true, about: 'Leave out of `entries` what is the same.' })
  brief?: boolean;
}

export class ApplyQuery {
  @Text({ max: 40, about: 'Of the plan that you have read.' })
  fingerprint: string;

  @Flag({ optional: true, about: 'As it was given to the plan.' })
  prune?: boolean;
}

export class ExportQuery {
  @OneOf(['yaml', 'csv'], { optional: true, about: 'Instead of `Accept`; YAML when absent.' })
  format?: 'yaml' | 'csv';
}

export class CountsAnswer {
  @Whole()
  create: number;

  @Whole()
  change: number;

  @Whole()
  same: number;

  @Whole()
  remove: number;
}

export class ChangeAnswer {
  @Text()
  field: string;

  @Text({ about: 'Empty: nothing.' })
  from: string;

  @Text()
  to: string;
}

export class EntryAnswer {
  @OneOf(['create', 'change', 'same', 'remove'])
  action: string;

  @OneOf([
    'api',
    'resource',
    'custom_role',
    'organisation',
    'application',
    'domain',
    'grant',
    'user',
    'role',
  ])
  what: string;

  @Text({ example: 'NL/Matchpunt' })
  name: string;

  @Whole({ nullable: true, about: 'From 1. Null for what the file does not name.' })
  line: number | null;

  @Whole({ nullable: true, about: 'From 1; in CSV the number of the cell.' })
  column: number | null;

  @Parts(() => ChangeAnswer)
  changes: ChangeAnswer[];
}

/** What applying the file would do. */
export class PlanAnswer {
  @Text({ about: 'Names this plan. It is needed to apply it.' })
  fingerprint: string;

  @Part(() => CountsAnswer)
  counts: CountsAnswer;

  @Parts(() => EntryAnswer)
  entries: EntryAnswer[];
}

/** What was done. */
export class ApplyAnswer {
  @Part(() => CountsAnswer)
  counts: CountsAnswer;
}
