import { membershipOf, roleOf, vendorAt, vendorsAmong } from './members.js';
import type { Random } from './random.js';

/** Who pays whom, as indexes of users. */
export interface Parties {
  readonly payer: number;
  /** Undefined when the house itself is paid. */
  readonly recipient: number | undefined;
}

const DEMO_VENDOR = 1;
const DEMO_CUSTOMER = 2;
/** How often somebody is looked for who was there at that moment, before one of the demo logins is taken. */
const TRIES = 24;

/**
 * Finds two who could pay one another at a moment: both had joined, neither was suspended. A few pay and are paid
 * much more often than most; the demo logins are among them.
 *
 * @param moment in milliseconds since the epoch, when the demo logins were there
 */
export function partiesAt(moment: number, userCount: number, random: Random): Parties {
  const payer = findPresent(moment, DEMO_CUSTOMER, () => {
    const drawn = Math.floor(userCount * square(random.next()));
    return roleOf(drawn) === 'ADMIN' ? DEMO_CUSTOMER : drawn;
  });
  const draw = random.next();
  if (draw < 0.05) {
    return { payer, recipient: undefined };
  }
  const vendors = vendorsAmong(userCount);
  const recipient =
    draw < 0.85
      ? findPresent(moment, DEMO_VENDOR, () => vendorAt(Math.floor(vendors * square(random.next()))))
      : findPresent(moment, DEMO_CUSTOMER, () => random.between(DEMO_VENDOR, userCount));
  return { payer, recipient: recipient === payer ? undefined : recipient };
}

function findPresent(moment: number, otherwise: number, draw: () => number): number {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const candidate = draw();
    const { joinedAt, suspendedAt } = membershipOf(candidate);
    if (joinedAt < moment && (suspendedAt === undefined || moment < suspendedAt)) {
      return candidate;
    }
  }
  return otherwise;
}

function square(value: number): number {
  return value * value;
}
