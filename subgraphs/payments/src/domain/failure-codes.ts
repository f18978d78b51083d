/**
 * Why a payment FAILED, in a word of ours: what events tell, since the provider's own text may say more of a person
 * than others should keep.
 */
export type FailureCode =
  /** The provider refused it. */
  | 'PROVIDER_DECLINED'
  /** The payer's account was suspended when the payment was due. */
  | 'PAYER_SUSPENDED'
  /** There was no such account when the payment was due. */
  | 'PAYER_UNKNOWN';
