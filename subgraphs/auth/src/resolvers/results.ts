import type { InvalidInput } from '@supergraph/platform/validation';
import type { EmailTaken, InvalidCredentials, InvalidRefreshToken, SignedIn } from '../domain/outcomes.js';

type Outcome = SignedIn | EmailTaken | InvalidCredentials | InvalidRefreshToken | InvalidInput;

/** Gives a domain outcome its GraphQL shape: the success, or the problem with its code and words. */
export function toResult<Given extends Outcome>(outcome: Given): ResultOf<Given> {
  return shape(outcome) as ResultOf<Given>;
}

type Shaped = ReturnType<typeof shape>;
type TypenameOf = {
  signedIn: 'SignedIn';
  emailTaken: 'EmailTakenProblem';
  invalidCredentials: 'InvalidCredentialsProblem';
  invalidRefreshToken: 'InvalidRefreshTokenProblem';
  invalidInput: 'InvalidInputProblem';
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
  }
}
