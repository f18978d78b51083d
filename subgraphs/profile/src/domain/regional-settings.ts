import { z } from 'zod';

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/**
 * A language tag in its canonical form: `de-ch` becomes `de-CH`.
 *
 * @see https://www.rfc-editor.org/info/bcp47 (section 4.4.1 of RFC 5646 for the length)
 */
export const locale: z.ZodType<string, string> = z
  .string()
  .trim()
  .max(35, 'must be at most 35 characters')
  .transform((text, context) => {
    const canonical = canonicalLocale(text);
    if (canonical === undefined) {
      context.addIssue({ code: 'custom', message: 'must be a BCP 47 language tag, such as de-CH' });
      return z.NEVER;
    }
    return canonical;
  });

/**
 * The name of a time zone. Letter case is corrected; an older or newer name of the same zone stays as it was given.
 *
 * Intl decides, and no library: it is what shows times in the zone, and its list comes with Node's ICU, while a
 * library's own would let through zones that nothing here can compute with.
 *
 * @see https://www.iana.org/time-zones
 */
export const timeZone: z.ZodType<string, string> = z
  .string()
  .trim()
  .max(64, 'must be at most 64 characters')
  .transform((text, context) => {
    const known = knownTimeZone(text);
    if (known === undefined) {
      context.addIssue({ code: 'custom', message: 'must be an IANA time zone, such as Europe/Berlin' });
      return z.NEVER;
    }
    return known;
  });

/** A currency that there is, by its code of ISO 4217. */
export const currencyCode = z
  .string()
  .refine((code) => CURRENCIES.has(code), 'must be a currency of ISO 4217, such as EUR');

function canonicalLocale(text: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(text)[0];
  } catch {
    // A RangeError is how Intl says no.
    return undefined;
  }
}

function knownTimeZone(text: string): string | undefined {
  // Intl takes offsets such as +01:00 too, which are no zones: they know no summer time.
  if (!/^[A-Za-z]/.test(text)) {
    return undefined;
  }
  try {
    const canonical = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
    return canonical.toLowerCase() === text.toLowerCase() ? canonical : text;
  } catch {
    // A RangeError is how Intl says no.
    return undefined;
  }
}
