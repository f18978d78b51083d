import type { Currency } from '../money.js';
import type { Culture } from './names.js';

/** A part of the world that users live in. */
export interface Region {
  /** How many of a hundred users. */
  readonly share: number;
  readonly currency: Currency;
  /** BCP 47. */
  readonly locale: string;
  /** IANA. */
  readonly timeZone: string;
  readonly cities: ReadonlyArray<string>;
  /** Where people's names come from; a repeated one is as much more common. */
  readonly cultures: ReadonlyArray<Culture>;
  /**
   * Numbers that the country's regulator keeps free for fiction, each `#` a digit. Empty where it keeps none:
   * nobody's real number may appear, so nobody there has one.
   */
  readonly phones: ReadonlyArray<string>;
  /** With `{street}`, `{number}` and `{city}`. */
  readonly address: string;
  readonly streets: ReadonlyArray<string>;
}

const englishStreets = [
  'Lantern Street',
  'Violet Lane',
  'Old Harbour Road',
  'Juniper Way',
  'Cooper Row',
  'Foxglove Close',
];
const germanStreets = ['Laternenweg', 'Am alten Hafen', 'Wacholderallee', 'Veilchenstraße', 'Böttchergasse'];

/** Shares add up to 100. */
export const REGIONS: ReadonlyArray<Region> = [
  {
    share: 22,
    currency: 'USD',
    locale: 'en-US',
    timeZone: 'America/New_York',
    cities: ['Boston', 'Baltimore', 'Pittsburgh', 'Rochester', 'Savannah'],
    cultures: ['english', 'english', 'spanish', 'eastAsian', 'indian', 'westAfrican', 'slavic'],
    // 555-0100 to 555-0199: North American Numbering Plan, for fictional use.
    phones: ['+161755501##', '+141055501##', '+141255501##'],
    address: '{number} {street}, {city}',
    streets: englishStreets,
  },
  {
    share: 18,
    currency: 'GBP',
    locale: 'en-GB',
    timeZone: 'Europe/London',
    cities: ['Bristol', 'Leeds', 'Norwich', 'Cardiff', 'Glasgow'],
    cultures: ['english', 'english', 'english', 'indian', 'westAfrican', 'slavic', 'arabic'],
    // Ofcom's numbers for drama.
    phones: ['+447700900###', '+442079460###', '+441174960###'],
    address: '{number} {street}, {city}',
    streets: englishStreets,
  },
  {
    share: 18,
    currency: 'EUR',
    locale: 'de-DE',
    timeZone: 'Europe/Berlin',
    cities: ['Bremen', 'Leipzig', 'Kassel', 'Freiburg', 'Rostock'],
    cultures: ['german', 'german', 'german', 'slavic', 'arabic', 'eastAsian'],
    // Bundesnetzagentur's numbers for media productions.
    phones: ['+493023125###', '+496990009###', '+494066969###'],
    address: '{street} {number}, {city}',
    streets: germanStreets,
  },
  {
    share: 14,
    currency: 'EUR',
    locale: 'fr-FR',
    timeZone: 'Europe/Paris',
    cities: ['Nantes', 'Rennes', 'Dijon', 'Grenoble', 'Lille'],
    cultures: ['french', 'french', 'french', 'arabic', 'westAfrican'],
    // ARCEP's numbers for audio-visual works.
    phones: ['+33639980###', '+33199001###', '+33465710###'],
    address: '{number} {street}, {city}',
    streets: ['rue de la Lanterne', 'quai des Violettes', 'allée du Genévrier', 'place du Vieux-Port'],
  },
  {
    share: 8,
    currency: 'EUR',
    locale: 'es-ES',
    timeZone: 'Europe/Madrid',
    cities: ['Zaragoza', 'Gijón', 'Málaga', 'Valladolid'],
    cultures: ['spanish'],
    phones: [],
    address: 'Calle {street} {number}, {city}',
    streets: ['del Farol', 'de las Violetas', 'del Puerto Viejo', 'del Enebro'],
  },
  {
    share: 8,
    currency: 'JPY',
    locale: 'ja-JP',
    timeZone: 'Asia/Tokyo',
    cities: ['Sapporo', 'Kanazawa', 'Kobe', 'Sendai'],
    cultures: ['japanese'],
    phones: [],
    address: '{number} {street}, {city}',
    streets: ['Tōrō-dōri', 'Sumire-chō', 'Kyūminato', 'Nezu-no-ki'],
  },
  {
    share: 8,
    currency: 'CHF',
    locale: 'de-CH',
    timeZone: 'Europe/Zurich',
    cities: ['Winterthur', 'Chur', 'Biel', 'Schaffhausen'],
    cultures: ['german', 'german', 'french', 'slavic'],
    phones: [],
    address: '{street} {number}, {city}',
    streets: ['Laternenweg', 'Am alten Hafen', 'Wacholderallee', 'Veilchenstrasse'],
  },
  {
    share: 4,
    currency: 'KWD',
    locale: 'ar-KW',
    timeZone: 'Asia/Kuwait',
    cities: ['Salmiya', 'Hawally', 'Jahra'],
    cultures: ['arabic', 'arabic', 'indian'],
    phones: [],
    address: '{number} {street}, {city}',
    streets: ['Lantern Street', 'Old Port Road', 'Juniper Street'],
  },
];

const byShare: ReadonlyArray<Region> = REGIONS.flatMap((region) =>
  Array.from({ length: region.share }, () => region),
);

/** The region in which so much of the population is counted, from 0 to less than 1. */
export function regionAt(fraction: number): Region {
  const region = byShare[Math.floor(fraction * byShare.length)];
  if (region === undefined) {
    throw new RangeError(`${fraction} is not a fraction of the population.`);
  }
  return region;
}
