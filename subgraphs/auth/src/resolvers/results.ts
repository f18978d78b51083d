import type { InvalidInput } from '@supergraph/platform/validation';
import type {
  EmailTaken,
  InvalidCredentials,
  EmailVerified,
  InvalidRefreshToken,
  InvalidToken,
  LastAdmin,
  MailRequested,
  PasswordChanged,
  PasswordReset,
  RegistrationClosed,
  SignedIn,
  TooManyAttempts,
  UserChanged,
  UserErased,
  UserNotFound,
  WrongPassword,
} from '../domain/outcomes.js';

type Outcome =
  | SignedIn
  | EmailTaken
  | RegistrationClosed
  | InvalidCredentials
  | InvalidRefreshToken
  | InvalidInput
  | TooManyAttempts
  | PasswordChanged
  | WrongPassword
  | UserChanged
  | UserNotFound
  | UserErased
  | LastAdmin
  | MailRequested
  | InvalidToken
  | EmailVerified
  | PasswordReset;

/** Gives a domain outcome its GraphQL shape: the success, or the problem with its code and words. */
export function toResult<Given extends Outcome>(outcome: Given): ResultOf<Given> {
  return shape(outcome) as ResultOf<Given>;
}

type Shaped = ReturnType<typeof shape>;
type TypenameOf = {
  signedIn: 'SignedIn';
  emailTaken: 'EmailTakenProblem';
  registrationClosed: 'RegistrationClosedProblem';
  invalidCredentials: 'InvalidCredentialsProblem';
  invalidRefreshToken: 'InvalidRefreshTokenProblem';
  invalidInput: 'InvalidInputProblem';
  tooManyAttempts: 'TooManyAttemptsProblem';
  passwordChanged: 'PasswordChanged';
  wrongPassword: 'WrongPasswordProblem';
  userChanged: 'UserChanged';
  userNotFound: 'UserNotFoundProblem';
  userErased: 'UserErasedProblem';
  lastAdmin: 'LastAdminProblem';
  mailRequested: 'MailRequested';
  invalidToken: 'InvalidTokenProblem';
  emailVerified: 'EmailVerified';
  passwordReset: 'PasswordReset';
};
type ResultOf<Given extends Outcome> = Extract<Shaped, { __typename: TypenameOf[Given['type']] }>;

function shape(outcome: Outcome) {
  switch (outcome.type) {
    case 'signedIn':
      return {
        __typename: 'SignedIn' as const,
        user: { ...outcome.user, provenSelf: true as const },
        ...outcome.tokens,
      };
    case 'emailTaken':
      return {
        __typename: 'EmailTakenProblem' as const,
        code: 'EMAIL_TAKEN',
        message: 'Somebody registered with this e-mail address before; sign in instead.',
      };
    case 'registrationClosed':
      return {
        __typename: 'RegistrationClosedProblem' as const,
        code: 'REGISTRATION_CLOSED',
        message: 'New accounts cannot be registered at the moment; try again later.',
      };
    case 'invalidCredentials':
      return {
        __typename: 'InvalidCredentialsProblem' as const,
        code: 'INVALID_CREDENTIALS',
        message: 'E-mail address and password do not fit.',
      };
    case 'invalidRefreshToken':
      return {
        __typename: 'InvalidRefreshTokenProblem' as const,
        code: 'INVALID_REFRESH_TOKEN',
        message: 'This session cannot go on; sign in again.',
      };
    case 'invalidInput':
      return {
        __typename: 'InvalidInputProblem' as const,
        code: 'INVALID_INPUT',
        message: 'Something in the input breaks a rule; nothing was changed.',
        fields: outcome.fields,
      };
    case 'tooManyAttempts':
      return {
        __typename: 'TooManyAttemptsProblem' as const,
        code: 'TOO_MANY_ATTEMPTS',
        message: `There were too many attempts from your address; try again in ${outcome.retryAfterSeconds} s.`,
        retryAfterSeconds: outcome.retryAfterSeconds,
      };
    case 'passwordChanged':
      return { __typename: 'PasswordChanged' as const, endedSessions: outcome.endedSessions };
    case 'wrongPassword':
      return {
        __typename: 'WrongPasswordProblem' as const,
        code: 'WRONG_PASSWORD',
        message: 'The current password is another one, or was mistaken too often; nothing was changed.',
      };
    case 'userChanged':
      return { __typename: 'UserChanged' as const, user: outcome.user };
    case 'userNotFound':
      return {
        __typename: 'UserNotFoundProblem' as const,
        code: 'USER_NOT_FOUND',
        message: 'Nobody has this id.',
      };
    case 'userErased':
      return {
        __typename: 'UserErasedProblem' as const,
        code: 'USER_ERASED',
        message: 'This person was forgotten; the account cannot be changed any more.',
      };
    case 'lastAdmin':
      return {
        __typename: 'LastAdminProblem' as const,
        code: 'LAST_ADMIN',
        message: 'This is the last active ADMIN; make somebody else ADMIN first.',
      };
    case 'mailRequested':
      return {
        __typename: 'MailRequested' as const,
        message: 'If this address has an account, a mail is on its way to it.',
      };
    case 'invalidToken':
      return {
        __typename: 'InvalidTokenProblem' as const,
        code: 'INVALID_TOKEN',
        message: 'This token is unknown, used or too old; ask for another mail.',
      };
    case 'emailVerified':
      return { __typename: 'EmailVerified' as const, user: outcome.user };
    case 'passwordReset':
      return { __typename: 'PasswordReset' as const, message: 'The password was set; sign in with it.' };
  }
}
