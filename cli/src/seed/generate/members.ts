import { Random } from './random.js';
import { DAY, END, HOUR, momentAt } from './timeline.js';
import { uuidV7 } from './uuid.js';
import { DEMO_LOGINS } from '../demo-logins.js';

export type Role = 'CUSTOMER' | 'VENDOR' | 'ADMIN';

/** When a user came and, for the few who broke the rules, when they were stopped. Milliseconds since the epoch. */
export interface Membership {
  readonly joinedAt: number;
  readonly suspendedAt: number | undefined;
}

const ADMIN_EVERY = 100;
/** Vendors are the users 1, 9, 17 …: so the one after any other is known without counting. */
const VENDOR_EVERY = 8;
const FIRST_VENDOR = 1;
/** Everybody else joins after the three demo logins. */
const FIRST_JOINING = 0.01;

/**
 * The role of a user. The demo logins come first, in the order of their list.
 *
 * @param index 0 for the first user
 */
export function roleOf(index: number): Role {
  const login = DEMO_LOGINS[index];
  if (login !== undefined) {
    return login.role;
  }
  if (index % ADMIN_EVERY === 0) {
    return 'ADMIN';
  }
  return index % VENDOR_EVERY === FIRST_VENDOR ? 'VENDOR' : 'CUSTOMER';
}

/** How many of so many users are vendors. */
export function vendorsAmong(userCount: number): number {
  return Math.ceil((userCount - FIRST_VENDOR) / VENDOR_EVERY);
}

/** The user who is the vendor of this number, counted from 0. */
export function vendorAt(number: number): number {
  return FIRST_VENDOR + number * VENDOR_EVERY;
}

/** When a user was there, whatever the number of users. */
export function membershipOf(index: number): Membership {
  if (index < DEMO_LOGINS.length) {
    return { joinedAt: momentAt(0) + 9 * HOUR + index * DAY, suspendedAt: undefined };
  }
  const random = new Random('joining', index);
  // Squared: half of them came in the first quarter, so that the first payments have somebody to be made by.
  const draw = random.next();
  const joinedAt = momentAt(FIRST_JOINING + (1 - FIRST_JOINING) * draw * draw);
  const suspended = roleOf(index) !== 'ADMIN' && random.chance(0.03);
  const suspendedAt = joinedAt + Math.floor(random.next() * (END - joinedAt));
  return { joinedAt, suspendedAt: suspended ? suspendedAt : undefined };
}

/** The id of a user, whatever the number of users: so any service can name one without asking auth. */
export function userIdOf(index: number): string {
  return uuidV7(membershipOf(index).joinedAt, 'userId', index);
}
