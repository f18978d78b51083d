import { testTelemetry } from '@supergraph/platform/testing';
import pg from 'pg';
import type { Order, Report, SentStatement } from './messages.js';

/* One of the services as a process of its own, which remembers the statements that it sends. */

const STARTERS = {
  async auth(environment: NodeJS.ProcessEnv) {
    const { readConfiguration, startAuth } = await import('@supergraph/auth');
    return startAuth(readConfiguration(environment), testTelemetry('auth'));
  },
  async payments(environment: NodeJS.ProcessEnv) {
    const { readConfiguration, startPayments } = await import('@supergraph/payments');
    return startPayments(readConfiguration(environment), testTelemetry('payments'));
  },
  async admin(environment: NodeJS.ProcessEnv) {
    const { readConfiguration, startAdmin } = await import('@supergraph/admin');
    return startAdmin(readConfiguration(environment), testTelemetry('admin'));
  },
};

/** More than one request sends; what was sent before is of no use. */
const REMEMBERED = 200;
const sent: SentStatement[] = [];
remember();

const [name = '', environment = '{}'] = process.argv.slice(2);
const service = await STARTERS[name as keyof typeof STARTERS](JSON.parse(environment) as NodeJS.ProcessEnv);
tell({ type: 'ready', url: service.url });

process.on('message', (order: Order) => void obey(order));

async function obey({ type }: Order): Promise<void> {
  switch (type) {
    case 'statements':
      tell({ type, statements: sent.splice(0) });
      return;
    case 'usage': {
      const { user, system } = process.cpuUsage();
      tell({ type, cpuMilliseconds: (user + system) / 1_000 });
      return;
    }
    case 'stop':
      await service.stop();
      process.disconnect();
  }
}

function remember(): void {
  const client = pg.Client.prototype as unknown as { query: (this: unknown, ...args: unknown[]) => unknown };
  const { query } = client;
  client.query = function (this: unknown, ...args: unknown[]) {
    const [statement, values] = args as [string | { text?: string; values?: unknown[] }, unknown];
    const text = typeof statement === 'string' ? statement : statement.text;
    if (text !== undefined) {
      const given = typeof statement === 'string' ? undefined : statement.values;
      sent.push({ text, values: given ?? (Array.isArray(values) ? values : []) });
      sent.splice(0, sent.length - REMEMBERED);
    }
    return query.apply(this, args);
  };
}

function tell(report: Report): void {
  process.send?.(report);
}
