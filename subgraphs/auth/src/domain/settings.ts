import { z } from 'zod';

/** What admin's settings say about accounts. */
export interface AccountSettings {
  /** Whether new accounts may be registered. */
  readonly isRegistrationOpen: boolean;
}

const REGISTRATION_OPEN = 'registration.open';

/** The settings of admin that concern auth, with what they can be set to. */
const SETTINGS: ReadonlyMap<string, z.ZodType> = new Map([[REGISTRATION_OPEN, z.boolean()]]);

/**
 * Whether a setting of admin concerns auth.
 *
 * @throws {z.ZodError} when it does and its value is of the wrong kind
 */
export function concernsAuth({ key, value }: { readonly key: string; readonly value: unknown }): boolean {
  SETTINGS.get(key)?.parse(value);
  return SETTINGS.has(key);
}

/** @param kept what was heard of, by key; registration is open while nothing was */
export function toAccountSettings(kept: ReadonlyMap<string, unknown>): AccountSettings {
  return { isRegistrationOpen: kept.get(REGISTRATION_OPEN) !== false };
}
