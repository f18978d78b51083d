import { membershipOf, roleOf, userIdOf, type Role } from './members.js';
import { personAt } from './people.js';
import { Random } from './random.js';
import { DAY, END, MINUTE } from './timeline.js';

/** A row of auth's `users`, without the password's hash. Times in milliseconds since the epoch. */
export interface GeneratedUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly status: 'ACTIVE' | 'SUSPENDED';
  readonly emailVerified: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly version: number;
}

/** The user of this index; the same whatever the number of users. */
export function userAt(index: number): GeneratedUser {
  const { joinedAt, suspendedAt } = membershipOf(index);
  const { name, email } = personAt(index);
  const role = roleOf(index);
  const random = new Random('user', ~index);
  const emailVerified = role !== 'CUSTOMER' || random.chance(0.92);
  const verifiedAt = Math.min(joinedAt + random.between(MINUTE, DAY), END - 1);
  const changes = [
    ...(emailVerified ? [verifiedAt] : []),
    ...(suspendedAt === undefined ? [] : [suspendedAt]),
  ];
  return {
    id: userIdOf(index),
    email,
    name,
    role,
    status: suspendedAt === undefined ? 'ACTIVE' : 'SUSPENDED',
    emailVerified,
    createdAt: joinedAt,
    updatedAt: Math.max(joinedAt, ...changes),
    version: 1 + changes.length,
  };
}

/** The first so many users, one after the other: no more than one is in memory. */
export function* users(count: number): Generator<GeneratedUser> {
  for (let index = 0; index < count; index += 1) {
    yield userAt(index);
  }
}
