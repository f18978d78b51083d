/** What a vendor sells, and how payments to it read. */
export interface Trade {
  /** Ends the vendor's name. */
  readonly name: string;
  readonly bio: string;
  readonly purchases: ReadonlyArray<Purchase>;
}

/** Something that is paid for. */
export interface Purchase {
  /** In the payer's words. A `#` stands for a digit. */
  readonly description: string;
  /** What it usually costs, in euros. */
  readonly euros: number;
}

export const SHOP_ADJECTIVES = [
  ...[
    'Amber',
    'Blue',
    'Bright',
    'Copper',
    'Crooked',
    'Early',
    'Golden',
    'Green',
    'Hidden',
    'Humble',
    'Indigo',
  ],
  ...[
    'Little',
    'Lucky',
    'Merry',
    'Mossy',
    'Northern',
    'Paper',
    'Quiet',
    'Silver',
    'Southern',
    'Sunny',
    'Wild',
  ],
];

export const SHOP_NOUNS = [
  ...[
    'Acorn',
    'Anchor',
    'Badger',
    'Barrel',
    'Beacon',
    'Birch',
    'Bridge',
    'Button',
    'Cedar',
    'Compass',
    'Fern',
  ],
  ...[
    'Finch',
    'Harbour',
    'Heron',
    'Kettle',
    'Lantern',
    'Magpie',
    'Maple',
    'Otter',
    'Pebble',
    'Teapot',
    'Willow',
  ],
];

export const TRADES: ReadonlyArray<Trade> = [
  {
    name: 'Books',
    bio: 'New and second-hand books, and a cat who sleeps among them.',
    purchases: [
      { description: 'Order B-##### – 3 paperbacks', euros: 34 },
      { description: 'Gift card "for a good reader"', euros: 25 },
      { description: 'Poetry, two volumes', euros: 41 },
    ],
  },
  {
    name: 'Coffee',
    bio: 'We roast on Tuesdays. Come by, it smells wonderful.',
    purchases: [
      { description: 'Espresso & croissant', euros: 7 },
      { description: 'Beans, 1 kg, whole', euros: 26 },
      { description: 'Office coffee, week ##', euros: 58 },
    ],
  },
  {
    name: 'Bicycles',
    bio: 'Repairs while you wait, and bicycles that last.',
    purchases: [
      { description: 'Repair ##### (brakes; new chain)', euros: 84 },
      { description: 'City bicycle, 7 gears', euros: 780 },
      { description: 'Two tyres 28"', euros: 62 },
    ],
  },
  {
    name: 'Bakery',
    bio: 'Sourdough since five in the morning.',
    purchases: [
      { description: 'Bread for the week', euros: 14 },
      { description: "Birthday cake, 'Mia 7'", euros: 48 },
      { description: 'Catering: 40 rolls', euros: 92 },
    ],
  },
  {
    name: 'Studio',
    bio: 'Small studio for brands, type and the web.',
    purchases: [
      { description: 'Invoice 2025-#### (logo, 50 % in advance)', euros: 1_450 },
      { description: 'Invoice 2025-####', euros: 2_300 },
      { description: 'Poster, A2, 20 prints', euros: 180 },
    ],
  },
  {
    name: 'Garden',
    bio: 'Plants that grow here, and advice that is honest.',
    purchases: [
      { description: 'Lavender, 12 pots', euros: 66 },
      { description: 'Garden plan and first visit', euros: 240 },
      { description: 'Seeds/bulbs, order #####', euros: 23 },
    ],
  },
  {
    name: 'Music School',
    bio: 'Piano, violin and courage for all ages.',
    purchases: [
      { description: 'Piano lessons, 4 × 45 min', euros: 148 },
      { description: 'Violin rental', euros: 29 },
      { description: 'Summer course: choir', euros: 210 },
    ],
  },
  {
    name: 'Electronics',
    bio: 'We mend what others throw away.',
    purchases: [
      { description: 'Order E-##### – headphones', euros: 129 },
      { description: 'Laptop 14", refurbished', euros: 640 },
      { description: 'Battery replacement', euros: 55 },
    ],
  },
];

/** What vendors are paid for again and again. */
export const SUBSCRIPTIONS: ReadonlyArray<Purchase> = [
  { description: 'Membership', euros: 15 },
  { description: 'Monthly box', euros: 32 },
  { description: 'Workshop space, monthly rent', euros: 420 },
  { description: 'Maintenance contract', euros: 75 },
  { description: 'Newsletter subscription', euros: 6 },
];

/** What people give one another money for. */
export const FAVOURS: ReadonlyArray<Purchase> = [
  { description: 'Dinner on Saturday – thanks!', euros: 28 },
  { description: 'Half of the rent', euros: 510 },
  { description: 'Concert tickets, row C', euros: 74 },
  { description: "Mum's present", euros: 35 },
  { description: 'Petrol & tolls to the coast', euros: 46 },
  { description: 'Football pitch, your share', euros: 9 },
];

/** What is paid to the house itself. */
export const FEES: ReadonlyArray<Purchase> = [
  { description: 'Yearly fee', euros: 36 },
  { description: 'Express transfer fee', euros: 3 },
  { description: 'Paper statement', euros: 5 },
];

/** What people who are no vendors say of themselves. */
export const BIOS: ReadonlyArray<string> = [
  'Walks more than the dog does.',
  'Engineer by day, baker by night.',
  'Lives in {city}, plans to leave every winter and never does.',
  'Tea, maps, trains.',
  'Three children, two jobs, one bicycle.',
  'I write about gardens.\nMostly about snails.',
  'Collects words that have no translation.',
  'Plays second violin; content with it.',
  'Nurse in {city}. Off on Thursdays.',
  'Photographs doors & windows.',
  'Learning to sail, slowly.',
  'Teacher. Yes, I have read your e-mail.',
];
