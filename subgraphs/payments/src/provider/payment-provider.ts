/** An order to the provider. The same key is carried out once, however often it comes. */
export interface ChargeOrder {
  /** The payment's id. */
  readonly key: string;
  /** A decimal number, never a float. */
  readonly amount: string;
  /** ISO 4217. */
  readonly currency: string;
  /** The payer's words; null when there are none. */
  readonly description: string | null;
}

/** An order to pay back a charge, wholly or in part; its key is the refund's id. */
export interface RefundOrder extends ChargeOrder {
  /** The key of the charge. */
  readonly chargeKey: string;
}

/** What became of an order: final, but for `pending`, after which a webhook or a later question tells. */
export type ProviderAnswer =
  | { readonly type: 'succeeded'; readonly reference: string }
  | { readonly type: 'declined'; readonly reason: string }
  | { readonly type: 'pending' };

/**
 * Who moves the money. This is where a real provider goes: a class or function that speaks its protocol and gives
 * these answers; `server.ts` chooses it.
 *
 * Every function throws {@link ProviderUnavailableError} when there was no answer in time. Nothing is known then: the
 * order may have been carried out, and is never sent under another key.
 */
export interface PaymentProvider {
  charge(order: ChargeOrder): Promise<ProviderAnswer>;
  /** Asks what became of an order; `unknown` when none came under this key. */
  find(key: string): Promise<ProviderAnswer | { readonly type: 'unknown' }>;
  refund(order: RefundOrder): Promise<ProviderAnswer>;
  /** Gives up what it has not done yet. */
  stop(): Promise<void>;
}

/** The provider did not answer in time. */
export class ProviderUnavailableError extends Error {
  override readonly name = 'ProviderUnavailableError';
}
