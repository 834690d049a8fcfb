import { Transform } from 'class-transformer';
import { IsIn, IsNotEmpty, IsUUID, Matches, ValidateIf } from 'class-validator';
import { t } from '../platform/language/speaking.js';
import { Invalid, NotFound } from '../platform/refusals.js';

/*
 * The shape of the forms of this door. What a value must be is known by the feature that takes it;
 * here stands only what a form alone can get wrong: nothing chosen, or not from the list.
 */

const Trimmed = () => Transform(({ value }: { value: string }) => value.trim());

/** The value of an organisation field for operator staff, who belong to none. */
export const operator = 'operator';

export class OrganisationForm {
  country = '';
  name = '';

  @Trimmed()
  slug = '';

  @Trimmed()
  ion = '';

  /** `yes` for the organisation of those who run the service. */
  operator = '';
}

export class ApplicationForm {
  @IsIn(['partner', 'partner_alternative'], { message: () => t`Choose a kind of application.` })
  kind = '';

  @Matches(/^[A-Z0-9]{1,20}$/, { message: () => t`Choose an API from the list.` })
  apiCode = '';
}

/** An API (A5). */
export class ApiForm {
  @Trimmed()
  code = '';

  name = '';
}

/** A resource (A6). */
export class ResourceForm {
  apiCode = '';
  environment = '';
  name = '';

  @Trimmed()
  audience = '';

  @Trimmed()
  scope = '';
}

/** A role that IT makes; what it opens is chosen field by field. */
export class CustomRoleForm {
  name = '';

  @Trimmed()
  key = '';

  level = '';
  description = '';
  group = '';
  lastDay = '';
}

/** Another name for what there is. */
export class NameForm {
  name = '';
}

/** How the tokens of a resource are made. */
export class TokensForm {
  minutes = '';
  format = '';
}

/** A secret of a resource server. */
export class SecretForm {
  name = '';
  lastDay = '';
}

/** On whose word a role is given (R5), and until when (R3). */
class ConfirmationForm {
  /** `yes` for operator staff, whose roles need nobody's word. */
  staff = '';

  @ValidateIf(({ staff }: ConfirmationForm) => staff !== 'yes')
  @IsNotEmpty({ message: () => t`Type who in the organisation confirmed it.` })
  confirmedBy = '';

  @ValidateIf(({ staff }: ConfirmationForm) => staff !== 'yes')
  @IsNotEmpty({ message: () => t`When was it confirmed? Choose today or an earlier day.` })
  confirmedOn = '';

  lastDay = '';
}

/** On the page of an application: to whom. */
export class ManagerForm extends ConfirmationForm {
  @IsUUID('all', { message: () => t`Choose someone from the list.` })
  userId = '';
}

/** On the page of a user: which role by its key, and for one in an application `<key> <application>`. */
export class RoleForm extends ConfirmationForm {
  @Matches(/^(?!it$)[a-z][a-z0-9_]{1,39}( [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$/, {
    message: () => t`Choose a role from the list.`,
  })
  role = '';
}

export class UserForm {
  email = '';
  name = '';

  @Matches(new RegExp(`^(${operator}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`), {
    message: () => t`Choose an organisation, or operator staff.`,
  })
  organisationId = '';
}

export class ResetForm {
  identityCheck = '';
}

/** How it was checked who has forgotten a password. */
export class ForgottenForm {
  identityCheck = '';
}

/** Why a role is not given to whom it was asked for. */
export class DeclineForm {
  reason = '';
}

/** What somebody else took off the list meanwhile is a problem of the field, not of the page. */
export function goneFromList(error: unknown, field: string, sentence: () => string): unknown {
  return error instanceof NotFound ? new Invalid({ [field]: sentence }) : error;
}

/** A refusal of the feature about a field that has another name in the form. */
export function renamed(error: unknown, from: string, to: string): unknown {
  if (!(error instanceof Invalid) || !error.fields[from]) return error;
  return new Invalid(() => {
    const { [from]: sentence, ...others } = error.fields;
    return { ...others, [to]: sentence! };
  });
}
