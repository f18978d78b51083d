import { compare } from 'bcryptjs';
import { MAXIMUM_PASSWORD_LENGTH, verifyPassword } from './password.js';

/** Checks passwords against hashes of today and of older systems. */
export interface PasswordVerifier {
  /**
   * Tells whether a password is the one that was hashed. A refusal takes as long for an unknown account (null), for an
   * account of today and for one of an older system, so that the time does not tell whether the account exists.
   */
  verify(passwordHash: string | null, password: string): Promise<boolean>;
}

/** bcrypt as the systems before this one wrote it: variant, cost, salt and hash. */
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./\dA-Za-z]{53}$/;
/** A greater cost would keep the process busy for seconds. */
const GREATEST_COST = 14;
/** Older hashes only go: each is made anew when its owner signs in. */
const REMEMBER_MILLISECONDS = 600_000;

/**
 * Makes the verifier.
 *
 * @param findOlderHash gives any bcrypt hash that an account still has, null when none has one
 * @see https://www.usenix.org/legacy/events/usenix99/provos.html (bcrypt)
 */
export function createPasswordVerifier(findOlderHash: () => Promise<string | null>): PasswordVerifier {
  let known: { readonly until: number; readonly cost: Promise<number | null> } | undefined;
  const usualCost = (): Promise<number | null> => {
    if (known === undefined || known.until < Date.now()) {
      const cost = findOlderHash().then(costOf);
      known = { until: Date.now() + REMEMBER_MILLISECONDS, cost };
      cost.catch(() => (known = undefined));
    }
    return known.cost;
  };
  return {
    async verify(passwordHash, password) {
      if (password.length > MAXIMUM_PASSWORD_LENGTH) {
        return false;
      }
      const own = costOf(passwordHash);
      const cost = own ?? (await usualCost());
      if (await verifyPassword(passwordHash, password)) {
        return true;
      }
      // While some have older hashes, everybody who is refused waits for one.
      return (
        cost !== null &&
        (await compare(password, own === null ? nobodys(cost) : (passwordHash ?? ''))) &&
        own !== null
      );
    },
  };
}

function costOf(passwordHash: string | null): number | null {
  const cost = Number(BCRYPT.exec(passwordHash ?? '')?.[1] ?? Number.NaN);
  return cost <= GREATEST_COST ? cost : null;
}

/** A hash that fits no password that anybody knows, and costs as much. */
function nobodys(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;
}
