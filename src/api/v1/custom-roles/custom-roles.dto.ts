import { Day, Flag, Instant, OneOf, Text, Texts } from '../contract/fields.js';
import { levels, permissions } from '../../../users/permissions.js';

/** Those of the whole service are made by people, and `platform.administer` is IT's alone. */
const givenLevels = levels.filter((each) => each !== 'platform');

const opened = { values: permissions, about: 'What it opens: all of it, each once.' };

export class NewCustomRole {
  @Text({
    max: 40,
    about: 'Small letters, digits and underscores; it never changes.',
    example: 'auditor',
  })
  key: string;

  @OneOf(givenLevels, { about: 'Where it holds; it never changes.' })
  level: string;

  @Text({ max: 400, about: 'As people read it.', example: 'Auditor' })
  name: string;

  @Texts(opened)
  permissions: string[];

  @Text({ optional: true, max: 400 })
  description?: string;

  @Text({ optional: true, max: 400, about: 'The heading that lists show it under.' })
  group?: string;

  @Day({ optional: true, about: 'The last day of the role. Absent: it does not end by itself.' })
  lastDay?: string;
}

/** What is absent stays. */
export class CustomRoleChange {
  @Text({ optional: true, max: 400 })
  name?: string;

  @Texts({ ...opened, optional: true })
  permissions?: string[];

  @Text({ optional: true, max: 400 })
  description?: string;

  @Text({ optional: true, max: 400 })
  group?: string;

  @Day({ optional: true, nullable: true, about: 'Null: it does not end by itself.' })
  lastDay?: string | null;

  @Flag({ optional: true, about: 'Switched off it opens nothing, and can be switched on again.' })
  active?: boolean;
}

/** A role that can be given. */
export class CustomRoleAnswer {
  @Text()
  key: string;

  @OneOf(givenLevels)
  level: string;

  @Text()
  name: string;

  @Text()
  description: string;

  @Text()
  group: string;

  @Texts({ values: permissions })
  permissions: string[];

  @Flag({ about: 'The same for ever; nobody changes it.' })
  builtIn: boolean;

  @Flag()
  active: boolean;

  @Instant({ nullable: true, about: 'It opens something until then, exclusively.' })
  endsAt: string | null;
}
