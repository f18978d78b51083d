import type { InvalidInput } from '@supergraph/platform/validation';
import type { AccountErased, HandleTaken, ProfileUpdated, StaleVersion } from '../domain/outcomes.js';

type Outcome = ProfileUpdated | StaleVersion | HandleTaken | AccountErased | InvalidInput;

/** Gives a domain outcome its GraphQL shape: the success, or the problem with its code and words. */
export function toResult<Given extends Outcome>(outcome: Given): ResultOf<Given> {
  return shape(outcome) as ResultOf<Given>;
}

type Shaped = ReturnType<typeof shape>;
type TypenameOf = {
  profileUpdated: 'Profile';
  staleVersion: 'StaleVersionProblem';
  handleTaken: 'HandleTakenProblem';
  accountErased: 'AccountErasedProblem';
  invalidInput: 'InvalidInputProblem';
};
type ResultOf<Given extends Outcome> = Extract<Shaped, { __typename: TypenameOf[Given['type']] }>;

function shape(outcome: Outcome) {
  switch (outcome.type) {
    case 'profileUpdated':
      return { __typename: 'Profile' as const, ...outcome.profile };
    case 'staleVersion':
      return {
        __typename: 'StaleVersionProblem' as const,
        code: 'STALE_VERSION',
        message: 'The profile was changed in between; read it again, then decide.',
        currentVersion: outcome.currentVersion,
      };
    case 'handleTaken':
      return {
        __typename: 'HandleTakenProblem' as const,
        code: 'HANDLE_TAKEN',
        message: 'Somebody else has this handle; choose another.',
      };
    case 'accountErased':
      return {
        __typename: 'AccountErasedProblem' as const,
        code: 'ACCOUNT_ERASED',
        message: 'This account was erased; nothing can be written for it any more.',
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
