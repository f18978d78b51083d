import type { Region } from './data/regions.js';
import { BIOS } from './data/shops.js';
import { membershipOf, userIdOf } from './members.js';
import { personAt } from './people.js';
import { Random } from './random.js';
import { END, SECOND } from './timeline.js';
import { uuidV7 } from './uuid.js';

export type Visibility = 'PUBLIC' | 'PRIVATE';

/** A row of profile's `profiles`. Times in milliseconds since the epoch. */
export interface GeneratedProfile {
  readonly id: string;
  readonly userId: string;
  readonly handle: string | null;
  readonly displayName: string | null;
  readonly avatarUrl: string | null;
  readonly phone: string | null;
  readonly address: string | null;
  readonly bio: string | null;
  readonly bioVisibility: Visibility;
  readonly phoneVisibility: Visibility;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A row of profile's `preferences`. */
export interface GeneratedPreferences {
  readonly profileId: string;
  readonly theme: 'LIGHT' | 'DARK' | 'SYSTEM';
  readonly locale: string;
  readonly timeZone: string;
  readonly currency: string;
  readonly notifyEmail: boolean;
  readonly notifyPush: boolean;
  readonly notifySms: boolean;
}

const THEMES = ['LIGHT', 'DARK', 'SYSTEM', 'SYSTEM'] as const;
/** Every fourth user never chose anything: the service's defaults hold for them. */
const NEVER_CHOSE_EVERY = 4;

/** The profile of the user of this index. */
export function profileAt(index: number): GeneratedProfile {
  const random = new Random('profile', index);
  const { name, handle, region, trade } = personAt(index);
  const createdAt = profileCreatedAt(index);
  const maybe = <Value>(probability: number, value: Value): Value | null =>
    // The demo logins show all that there is.
    index < 3 || random.chance(probability) ? value : null;
  const bio = trade?.bio ?? random.pick(BIOS).replace('{city}', random.pick(region.cities));
  const version = random.between(1, 5);
  const changedAt = createdAt + Math.floor(random.next() * (END - createdAt));
  return {
    id: profileIdOf(index),
    userId: userIdOf(index),
    handle: maybe(0.9, handle),
    displayName: maybe(0.95, name),
    avatarUrl: maybe(0.6, `https://example.com/avatars/${index}.png`),
    phone: maybe(0.7, phoneIn(region, random)),
    address: maybe(0.6, addressIn(region, random)),
    bio: maybe(0.5, bio),
    bioVisibility: random.chance(0.1) ? 'PRIVATE' : 'PUBLIC',
    phoneVisibility: trade === undefined ? 'PRIVATE' : 'PUBLIC',
    version,
    createdAt,
    updatedAt: version === 1 ? createdAt : changedAt,
  };
}

/** The profiles of the first so many users. */
export function* profilesOf(userCount: number): Generator<GeneratedProfile> {
  for (let index = 0; index < userCount; index += 1) {
    yield profileAt(index);
  }
}

/** What those of the first so many users chose who chose anything. */
export function* preferencesOf(userCount: number): Generator<GeneratedPreferences> {
  for (let index = 0; index < userCount; index += 1) {
    if (index % NEVER_CHOSE_EVERY !== NEVER_CHOSE_EVERY - 1) {
      yield preferencesAt(index);
    }
  }
}

/** How many rows {@link preferencesOf} gives. */
export function countPreferences(userCount: number): number {
  return userCount - Math.floor(userCount / NEVER_CHOSE_EVERY);
}

function preferencesAt(index: number): GeneratedPreferences {
  const random = new Random('profile', ~index);
  const { locale, timeZone, currency } = personAt(index).region;
  return {
    profileId: profileIdOf(index),
    theme: random.pick(THEMES),
    locale,
    timeZone,
    currency,
    notifyEmail: random.chance(0.8),
    notifyPush: random.chance(0.4),
    notifySms: random.chance(0.1),
  };
}

function profileCreatedAt(index: number): number {
  return Math.min(membershipOf(index).joinedAt + SECOND, END - 1);
}

function profileIdOf(index: number): string {
  return uuidV7(profileCreatedAt(index), 'profileId', index);
}

function phoneIn({ phones }: Region, random: Random): string | null {
  return phones.length === 0 ? null : random.pick(phones).replace(/#/g, () => String(random.between(0, 10)));
}

function addressIn({ address, streets, cities }: Region, random: Random): string {
  return address
    .replace('{street}', random.pick(streets))
    .replace('{number}', String(random.between(1, 140)))
    .replace('{city}', random.pick(cities));
}
