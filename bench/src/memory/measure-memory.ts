import { once } from 'node:events';
import type { TellingGateway } from '../gateways/gateway.js';
import { runLoad } from '../gateways/load.js';
import { scenarios } from '../gateways/scenarios.js';
import { memoryOf } from '../report/memory.js';

/** Memory in megabytes. */
export interface Memory {
  /** Requests answered before it was read. */
  readonly requests: number;
  /** JavaScript objects after a collection. */
  readonly heap: number;
  /** Resident set, read before the collection: what the operating system sees under load. */
  readonly resident: number;
}

/** Operations that no gateway can take for one another, so that it keeps as many plans. */
const PLANS = 1_000;
const CONNECTIONS = 50;

/** Reads what a gateway has in memory. */
export async function readMemory({ child, processId }: TellingGateway, requests: number): Promise<Memory> {
  const resident = memoryOf(processId, 'VmRSS');
  const told = once(child, 'message');
  child.send('collect');
  const [{ heapUsed, external }] = (await told) as [{ readonly heapUsed: number; readonly external: number }];
  return { requests, heap: (heapUsed + external) / 1_024 ** 2, resident };
}

/** Has a gateway plan {@link PLANS} operations, and ask each twice. */
export async function fillPlans(gateway: TellingGateway): Promise<Memory> {
  const { query } = scenario('distinct');
  await runLoad({ url: gateway.url, query, connections: CONNECTIONS, requests: 2 * PLANS, first: 0 });
  return readMemory(gateway, 2 * PLANS);
}

/**
 * Sends requests, one in ten of the {@link PLANS} operations, and reads the memory as it goes.
 *
 * @param told called after each reading
 * @returns one reading every `every` requests
 */
export async function watchMemory(
  gateway: TellingGateway,
  { requests, every }: { readonly requests: number; readonly every: number },
  told: (memory: Memory) => void,
): Promise<ReadonlyArray<Memory>> {
  const [distinct, entity] = [scenario('distinct'), scenario('entity')];
  const query = (number: number): string =>
    number % 10 === 0 ? distinct.query(number / 10) : entity.query(number);
  const readings: Memory[] = [];
  for (let first = 0; first < requests; first += every) {
    await runLoad({ url: gateway.url, query, connections: CONNECTIONS, requests: every, first });
    const memory = await readMemory(gateway, first + every);
    readings.push(memory);
    told(memory);
  }
  return readings;
}

function scenario(name: string): (typeof scenarios)[number] {
  const found = scenarios.find((each) => each.name === name);
  if (found === undefined) {
    throw new Error(`There is no scenario ${name}.`);
  }
  return found;
}
