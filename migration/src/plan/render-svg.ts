import { couplingsOf, strengthOf, type Coupling } from './coupling.js';
import { formatBytes, formatCount, formatShare } from './format.js';
import type { Plan, ServiceSummary } from './plan.js';

/** The drawing's size; the picture scales to whatever shows it. */
const WIDTH = 1120;
const HEIGHT = 712;
const CENTRE = { x: 345, y: 400 } as const;
/** Where the list of ties begins. */
const LIST = { x: 715, y: 150, row: 46 } as const;

/** Quiet colours that stand apart, also for people who see few colours (Okabe and Ito's palette, softened). */
const COLOURS = [
  '#2f6fb0',
  '#d9822b',
  '#2a9d7c',
  '#b04a7b',
  '#7a6bc4',
  '#8a7a2f',
  '#4b9fc9',
  '#c0553d',
] as const;

interface Placed {
  readonly service: ServiceSummary;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly colour: string;
}

/**
 * Draws how services are tied together: each a circle, the larger the more data it has; each tie a band, the wider the
 * more keys, shared objects and calls it stands for. One self-contained SVG document, for light and dark pages.
 */
export function renderSvg(plan: Plan): string {
  const placed = place(plan.services);
  const couplings = couplingsOf(plan);
  const strongest = Math.max(1, ...couplings.map(strengthOf));
  const bands = layBands(couplings, placed);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title summary">`,
    `<title id="title">Coupling of the services in ${escape(plan.database)}</title>`,
    `<desc id="summary">${escape(couplings.map((coupling) => `${coupling.services.join(' and ')}: ${ties(coupling)}`).join('. '))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}" rx="16"/>`,
    `<text class="heading" x="40" y="56">What ties the services together</text>`,
    `<text class="quiet" x="40" y="82">${escape(totals(plan))}</text>`,
    ...bands.map((band) => drawBand(band, strengthOf(band.coupling) / strongest)),
    ...placed.map(drawService),
    // Last: no band may cover one.
    ...bands.map(({ badge }, index) => drawBadge(badge, index + 1)),
    ...drawList(couplings, placed),
    '</svg>',
    '',
  ].join('\n');
}

const STYLE = `
text { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; fill: #1d2733 }
.page { fill: #fbfbf9 }
.heading { font-size: 24px; font-weight: 650 }
.quiet { font-size: 14px; fill: #5d6b7a }
.band { fill: none; stroke: #8795a5; stroke-linecap: round; opacity: .55 }
.service { stroke: #fbfbf9; stroke-width: 4 }
.name { font-size: 17px; font-weight: 650; text-anchor: middle; fill: #fff }
.size { font-size: 13px; text-anchor: middle; fill: #5d6b7a }
.badge { fill: #fbfbf9; stroke: #8795a5; stroke-width: 1.5 }
.number { font-size: 13px; font-weight: 650; text-anchor: middle }
.pair { font-size: 15px; font-weight: 600 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6ebf0 } .page, .badge { fill: #161b22 } .quiet, .size { fill: #98a6b5 }
  .band { stroke: #73849a } .badge { stroke: #73849a } .service { stroke: #161b22 }
}`.trim();

function place(services: ReadonlyArray<ServiceSummary>): ReadonlyArray<Placed> {
  const largest = Math.max(1, ...services.map(({ tableBytes }) => tableBytes));
  const ring = services.length === 1 ? 0 : 205;
  // Many services need smaller circles, so that neighbours do not touch.
  const room = Math.min(74, (Math.PI * ring) / Math.max(services.length, 2) - 22);
  return services.map((service, index) => {
    const angle = ((index + (services.length === 2 ? 0.5 : 0)) / services.length) * 2 * Math.PI - Math.PI / 2;
    return {
      service,
      x: CENTRE.x + ring * 1.25 * Math.cos(angle),
      y: CENTRE.y + ring * Math.sin(angle),
      radius: services.length === 1 ? 90 : room * (0.6 + 0.4 * Math.sqrt(service.tableBytes / largest)),
      colour: COLOURS[index % COLOURS.length] ?? COLOURS[0],
    };
  });
}

function drawService({ service, x, y, radius, colour }: Placed): string {
  // About half as wide as high is what a letter of this kind takes.
  const size = Math.min(18, (radius * 2 - 16) / (service.name.length * 0.62));
  return [
    `<g><title>${escape(service.name)}: ${formatCount(service.tables)} tables, about ${formatCount(service.estimatedRows)} rows</title>`,
    `<circle class="service" cx="${round(x)}" cy="${round(y)}" r="${round(radius)}" fill="${colour}"/>`,
    `<text class="name" x="${round(x)}" y="${round(y + size / 3)}" style="font-size:${round(size)}px">${escape(service.name)}</text>`,
    `<text class="size" x="${round(x)}" y="${round(y < CENTRE.y - 1 ? y - radius - 12 : y + radius + 20)}">${service.tables} ${service.tables === 1 ? 'table' : 'tables'} · ${formatBytes(service.tableBytes)}</text></g>`,
  ].join('');
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A curve between two circles. */
interface Band {
  readonly coupling: Coupling;
  readonly from: Placed;
  readonly to: Placed;
  readonly bend: Point;
  /** Where its number stands. */
  readonly badge: Point;
}

/** Lays the bands so that they lean to the middle of the ring, and their numbers so that none covers another. */
function layBands(couplings: ReadonlyArray<Coupling>, placed: ReadonlyArray<Placed>): ReadonlyArray<Band> {
  const badges: Point[] = [];
  return couplings.flatMap((coupling) => {
    const [from, to] = coupling.services.map((name) => placed.find(({ service }) => service.name === name));
    if (from === undefined || to === undefined) return [];
    const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
    const across = { x: to.x - from.x, y: to.y - from.y };
    const opposite = Math.hypot(middle.x - CENTRE.x, middle.y - CENTRE.y) < 40;
    const bend = opposite
      ? { x: middle.x - across.y * 0.2, y: middle.y + across.x * 0.2 }
      : { x: middle.x + (CENTRE.x - middle.x) * 0.35, y: middle.y + (CENTRE.y - middle.y) * 0.35 };
    const candidates = BADGE_PLACES.map((at) => pointOf(from, bend, to, at));
    const badge =
      candidates.find((point) =>
        badges.every((other) => Math.hypot(point.x - other.x, point.y - other.y) > 34),
      ) ?? pointOf(from, bend, to, 0.5);
    badges.push(badge);
    return [{ coupling, from, to, bend, badge }];
  });
}

/** Shares of a band's way, the best place for its number first. */
const BADGE_PLACES = [0.5, 0.43, 0.57, 0.37, 0.63, 0.3, 0.7] as const;

/** The point of a quadratic curve at a share of its way. */
function pointOf(from: Point, bend: Point, to: Point, at: number): Point {
  const mix = (a: number, b: number, c: number): number =>
    (1 - at) ** 2 * a + 2 * at * (1 - at) * b + at ** 2 * c;
  return { x: mix(from.x, bend.x, to.x), y: mix(from.y, bend.y, to.y) };
}

function drawBand({ coupling, from, to, bend }: Band, weight: number): string {
  return (
    `<path class="band" stroke-width="${round(3 + 23 * weight)}" ` +
    `d="M${round(from.x)} ${round(from.y)}Q${round(bend.x)} ${round(bend.y)} ${round(to.x)} ${round(to.y)}">` +
    `<title>${escape(coupling.services.join(' and '))}: ${escape(ties(coupling))}</title></path>`
  );
}

function drawBadge({ x, y }: Point, number: number): string {
  return (
    `<g><circle class="badge" cx="${round(x)}" cy="${round(y)}" r="14"/>` +
    `<text class="number" x="${round(x)}" y="${round(y + 4.5)}">${number}</text></g>`
  );
}

/** The ties in words, the strongest first, as many as there is room for. */
function drawList(couplings: ReadonlyArray<Coupling>, placed: ReadonlyArray<Placed>): ReadonlyArray<string> {
  const room = Math.floor((HEIGHT - LIST.y - 30) / LIST.row);
  const shown = couplings.slice(0, couplings.length > room ? room - 1 : room);
  const dot = (name: string, x: number, y: number): string =>
    `<circle cx="${x}" cy="${y}" r="6" fill="${placed.find(({ service }) => service.name === name)?.colour ?? COLOURS[0]}"/>`;
  return [
    ...shown.map((coupling, index) => {
      const y = LIST.y + index * LIST.row;
      return (
        `<g>${drawBadge({ x: LIST.x, y }, index + 1)}${dot(coupling.services[0], LIST.x + 34, y - 7)}${dot(coupling.services[1], LIST.x + 44, y - 7)}` +
        `<text class="pair" x="${LIST.x + 60}" y="${y - 2}">${escape(coupling.services.join(' – '))}</text>` +
        `<text class="quiet" x="${LIST.x + 60}" y="${y + 17}">${escape(ties(coupling))}</text></g>`
      );
    }),
    couplings.length > shown.length
      ? `<text class="quiet" x="${LIST.x + 60}" y="${LIST.y + shown.length * LIST.row}">and ${couplings.length - shown.length} more</text>`
      : couplings.length === 0
        ? `<text class="quiet" x="${LIST.x}" y="${LIST.y}">Nothing: each of them can move by itself.</text>`
        : '',
  ];
}

function ties({ keys, objects, statements, share }: Coupling): string {
  return [
    keys === 0 ? '' : `${keys} ${keys === 1 ? 'key' : 'keys'}`,
    objects === 0 ? '' : `${objects} ${objects === 1 ? 'object' : 'objects'}`,
    statements === 0 ? '' : `${formatShare(share)} of calls`,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function totals(plan: Plan): string {
  const { available, crossing } = plan.statements;
  const share = crossing.reduce((sum, statement) => sum + statement.share, 0);
  return [
    `${plan.database}: ${plan.keys.length} foreign keys`,
    `${plan.objects.length} shared objects`,
    available
      ? `${crossing.length} statements across services (${formatShare(share)} of calls)`
      : 'statements not recorded',
  ].join(' · ');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
