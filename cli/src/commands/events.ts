import {
  discardParkedEvent,
  listParkedEvents,
  replayParkedEvents,
  type ParkedEvent,
  type ParkedEventFilter,
} from '@supergraph/platform/events';
import Table from 'cli-table3';
import { InvalidArgumentError, type Command, type Option } from 'commander';
import { openDataFolder } from '../launcher/data-folder.js';
import { TABLE_STYLE } from '../presentation/system-table.js';
import { withServiceTables } from '../services/open-service-database.js';

interface ParkedOptions {
  readonly data: string;
  readonly consumer?: string;
  readonly source?: string;
}

/** Adds `events parked | replay | discard`. */
export function addEventsCommands(program: Command, dataOption: () => Option): void {
  const events = program.command('events').description('Look after events that a service could not apply.');
  const which = (command: Command): Command =>
    command
      .option('--consumer <name>', 'only of this consumer, such as payers')
      .option('--source <name>', 'only events of this service')
      .addOption(dataOption());

  which(
    events
      .command('parked')
      .description('List the events that could not be applied, the oldest first, and why.')
      .argument('[services...]', 'which services; all of them when none is named')
      .option('--json', 'print JSON for programs', false),
  ).action((services: string[], options: ParkedOptions & { json: boolean }) => showParked(services, options));

  which(
    events
      .command('replay')
      .description('Try parked events again at once, after what was wrong has been mended.')
      .argument('<service>', 'the service that could not apply them')
      .option('--event <id>', 'only this one', uuid),
  ).action((service: string, options: ParkedOptions & { event?: string }) => replay(service, options));

  events
    .command('discard')
    .description('Give one parked event up for good: it never takes effect, and those behind it go on.')
    .argument('<service>', 'the service that could not apply it')
    .argument('<consumer>', 'its consumer')
    .argument('<source>', 'the service that told it')
    .argument('<event>', 'its id', uuid)
    .addOption(dataOption())
    .action((service: string, consumer: string, source: string, eventId: string, options: ParkedOptions) =>
      discard(service, { consumer, source, eventId }, options.data),
    );
}

async function showParked(
  services: ReadonlyArray<string>,
  options: ParkedOptions & { readonly json: boolean },
): Promise<void> {
  const parked = await withServiceTables(openDataFolder(options.data), services, async (tables) => {
    const lists = await Promise.all(
      tables.map(async ({ service, runInTransaction }) => {
        const list = await runInTransaction((transaction) =>
          listParkedEvents(transaction, toFilter(options)),
        );
        return list.map((event) => ({ service, ...event }));
      }),
    );
    return lists.flat();
  });
  if (options.json) {
    const plain = parked.map((event) => ({ ...event, sequence: event.sequence.toString() }));
    process.stdout.write(`${JSON.stringify(plain, null, 2)}\n`);
    return;
  }
  if (parked.length === 0) {
    process.stdout.write('No event is parked.\n');
    return;
  }
  const table = new Table({
    head: ['service', 'consumer', 'event', 'type', 'about', 'state', 'attempts', 'why'],
    ...TABLE_STYLE,
  });
  table.push(...parked.map(describe));
  process.stdout.write(
    `${table.toString()}\n` +
      'RETRYING: it is tried by itself. WAITING: behind an earlier one of the same aggregate. PARKED: mend the cause, then\n' +
      '`npm run supergraph -- events replay SERVICE`.\n',
  );
}

function describe(event: ParkedEvent & { readonly service: string }): string[] {
  return [
    event.service,
    `${event.consumer} ← ${event.source}`,
    event.eventId,
    event.type,
    `${event.aggregateType} ${event.aggregateId}`,
    event.state,
    String(event.attempts),
    `${event.reason}: ${event.detail}`.slice(0, 100),
  ];
}

async function replay(service: string, options: ParkedOptions & { readonly event?: string }): Promise<void> {
  const filter = {
    ...toFilter(options),
    ...(options.event === undefined ? {} : { eventId: options.event }),
  };
  const count = await withServiceTables(openDataFolder(options.data), [service], async ([tables]) =>
    tables === undefined
      ? 0
      : tables.runInTransaction((transaction) => replayParkedEvents(transaction, filter)),
  );
  process.stdout.write(
    count === 0
      ? `${service} has no such parked event.\n`
      : `${count} ${count === 1 ? 'event is' : 'events are'} tried again within seconds; what still fails shows in \`events parked\`.\n`,
  );
  process.exitCode = count === 0 ? 1 : 0;
}

async function discard(service: string, event: Required<ParkedEventFilter>, data: string): Promise<void> {
  const wasThere = await withServiceTables(openDataFolder(data), [service], async ([tables]) =>
    tables === undefined
      ? false
      : tables.runInTransaction((transaction) => discardParkedEvent(transaction, event)),
  );
  process.stdout.write(wasThere ? 'Discarded.\n' : `${service} has no such parked event.\n`);
  process.exitCode = wasThere ? 0 : 1;
}

function toFilter({ consumer, source }: ParkedOptions): ParkedEventFilter {
  return { ...(consumer === undefined ? {} : { consumer }), ...(source === undefined ? {} : { source }) };
}

function uuid(text: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) {
    throw new InvalidArgumentError('Give the id of an event, as `events parked` shows it.');
  }
  return text;
}
