import { Text } from '../contract/fields.js';

const name = { max: 400, about: 'As people read it.', example: 'Donor Care' };

export class NewApi {
  @Text({
    max: 10,
    about: '2 to 10 capitals and digits, a capital first. Names of applications end with it.',
    example: 'DONOR',
  })
  code: string;

  @Text(name)
  name: string;
}

export class ApiChange {
  @Text(name)
  name: string;
}

/** What applications are made for. */
export class ApiAnswer {
  @Text({ about: 'For ever.' })
  code: string;

  @Text()
  name: string;
}
