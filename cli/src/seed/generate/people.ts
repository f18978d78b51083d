import { NAMES } from './data/names.js';
import { regionAt, type Region } from './data/regions.js';
import { SHOP_ADJECTIVES, SHOP_NOUNS, TRADES, type Trade } from './data/shops.js';
import { roleOf } from './members.js';
import { Random } from './random.js';
import { DEMO_LOGINS } from '../demo-logins.js';

/** Who a user is: what auth and profile both tell of the same one. */
export interface Person {
  readonly name: string;
  readonly email: string;
  /** Lower-case ASCII letters, digits and underscores, unlike everybody else's. */
  readonly handle: string;
  readonly region: Region;
  /** What a vendor sells; the same whenever somebody pays. */
  readonly trade: Trade | undefined;
}

const FIRST_REGION = regionAt(0.5);
const FIRST_TRADE = TRADES[0];
/** The people behind the demo logins, in the order of their list; their handles are none that is reserved. */
const DEMO_PEOPLE: ReadonlyArray<{ readonly name: string; readonly handle: string }> = [
  { name: 'Ingrid Solheim', handle: 'ingrid_solheim' },
  { name: 'Violet Harbour Books', handle: 'violet_harbour_books' },
  { name: 'Kofi Lindqvist', handle: 'kofi_lindqvist' },
];
/** Domains that never have mail: https://www.rfc-editor.org/rfc/rfc2606#section-3 */
const DOMAINS = ['example.com', 'example.org'] as const;
const LONGEST_PREFIX = 21;

/** Tells who the user of this index is. */
export function personAt(index: number): Person {
  const region = regionOf(index);
  const trade = tradeOf(index);
  const login = DEMO_LOGINS[index];
  const known = DEMO_PEOPLE[index];
  if (login !== undefined && known !== undefined) {
    return { ...known, email: login.email, region, trade };
  }
  const random = new Random('name', index);
  if (trade !== undefined) {
    const parts = [random.pick(SHOP_ADJECTIVES), random.pick(SHOP_NOUNS), trade.name];
    return { ...contacts(parts, index, random), region, trade };
  }
  const pool = NAMES[random.pick(region.cultures)];
  const parts = [random.pick<string>(pool.first), random.pick<string>(pool.last)];
  return { ...contacts(parts, index, random), region, trade };
}

/** Where the user of this index lives. */
export function regionOf(index: number): Region {
  return index < DEMO_PEOPLE.length ? FIRST_REGION : regionAt(new Random('region', index).next());
}

/** What the user of this index sells; undefined for those who are no vendors. */
export function tradeOf(index: number): Trade | undefined {
  if (roleOf(index) !== 'VENDOR') {
    return undefined;
  }
  return index < DEMO_PEOPLE.length ? FIRST_TRADE : new Random('trade', index).pick(TRADES);
}

function contacts(
  parts: ReadonlyArray<string>,
  index: number,
  random: Random,
): { readonly name: string; readonly email: string; readonly handle: string } {
  const words = parts.map((part) => plainLetters(part)).filter((word) => word !== '');
  // Names have no digits, so the index behind them tells any two apart.
  return {
    name: parts.join(' '),
    email: `${words.join('.')}${index}@${random.pick(DOMAINS)}`,
    handle: `${words.join('_').slice(0, LONGEST_PREFIX)}${index}`,
  };
}

const UNDECOMPOSED: Readonly<Record<string, string>> = { ß: 'ss', ł: 'l', đ: 'd', ø: 'o' };

/** `Zieliński` becomes `zielinski`. */
function plainLetters(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/[ßłđø]/g, (letter) => UNDECOMPOSED[letter] ?? '')
    .replace(/[^a-z]/g, '');
}
