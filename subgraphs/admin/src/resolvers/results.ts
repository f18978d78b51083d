import type { InvalidInput } from '@supergraph/platform/validation';
import type { SettingChanged, SettingNotFound, StaleVersion } from '../domain/outcomes.js';

type Outcome = SettingChanged | SettingNotFound | StaleVersion | InvalidInput;

/** Gives a domain outcome its GraphQL shape: the success, or the problem with its code and words. */
export function toResult(outcome: Outcome) {
  switch (outcome.type) {
    case 'settingChanged':
      return { __typename: 'Setting' as const, ...outcome.setting };
    case 'settingNotFound':
      return {
        __typename: 'SettingNotFoundProblem' as const,
        code: 'SETTING_NOT_FOUND',
        message: 'There is no setting of this name; `settings` lists those that there are.',
      };
    case 'staleVersion':
      return {
        __typename: 'StaleVersionProblem' as const,
        code: 'STALE_VERSION',
        message: 'Somebody changed this setting after it was read; read it again, then decide.',
        currentVersion: outcome.currentVersion,
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
