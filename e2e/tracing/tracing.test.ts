import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import { ask, signIn } from '../harness/graphql.js';
import { startSystemUnderTest, type SystemUnderTest } from '../harness/system.js';
import { startCollector, type Collector, type ReceivedSpan } from './collector.js';

const PERSON = {
  email: 'tracy.witness@example.org',
  password: 'quiet-window-77-harvest',
  name: 'Tracy Witness',
};

let collector: Collector;
let system: SystemUnderTest | undefined;
beforeAll(async () => {
  collector = await startCollector();
  system = await startSystemUnderTest({
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=of%20the%20test',
    },
  });
});
afterAll(async () => {
  await system?.stop();
  await collector?.stop();
});

const endpoint = (): string => system?.endpoint ?? '';
const ofTrace = (traceId: string): ReadonlyArray<ReceivedSpan> =>
  collector.spans.filter((span) => span.traceId === traceId);

/** Names of a span and of all that it is a piece of, itself first, each with its service. */
function lineage(span: ReceivedSpan): ReadonlyArray<string> {
  const parent = ofTrace(span.traceId).find(({ spanId }) => spanId === span.parentSpanId);
  return [`${span.service}: ${span.name}`, ...(parent === undefined ? [] : lineage(parent))];
}

describe('traces', () => {
  it('lead from the router to the statements of every subgraph', async () => {
    const token = await signIn(endpoint(), 'admin@example.com');
    const { headers } = await ask(
      endpoint(),
      'query Traced { users(first: 2) { edges { node { email profile { displayName } paymentSummary { sentCount } } } } }',
      { token },
    );
    const traceId = headers.get('x-trace-id') ?? '';
    const statements = await eventually(
      'statements of three services are in the trace',
      async () => ofTrace(traceId).filter(({ attributes }) => attributes['db.system.name'] === 'postgresql'),
      (found) => new Set(found.map(({ service }) => service)).size >= 3,
    );
    await eventually(
      'the request itself is there',
      async () => ofTrace(traceId).filter(({ parentSpanId }) => parentSpanId === ''),
      (roots) => roots.length === 1,
    );
    for (const statement of statements) {
      const { service } = statement;
      expect(lineage(statement).slice(1)).toEqual([
        `${service}: POST /graphql`,
        `router: fetch ${service}`,
        'router: query',
        'router: POST /graphql',
      ]);
      expect(statement.attributes['db.query.text']).toEqual(expect.any(String));
    }
    const operation = ofTrace(traceId).find(({ name }) => name === 'query');
    expect(operation?.attributes).toMatchObject({
      'graphql.operation.name': 'Traced',
      'graphql.operation.type': 'query',
    });
    expect(ofTrace(traceId).map(({ name }) => name)).toContain('plan');
  });

  it('go on where an event is applied in another service', async () => {
    const { headers, data } = await ask(
      endpoint(),
      `mutation ($input: RegisterInput!) { register(input: $input) { __typename ... on Problem { message } } }`,
      { variables: { input: PERSON } },
    );
    expect(data.register.message).toBeUndefined();
    const traceId = headers.get('x-trace-id') ?? '';
    const applied = await eventually(
      'payments applied the registration in the trace of its request',
      async () =>
        ofTrace(traceId).filter(({ service, name }) => service === 'payments' && name.startsWith('apply ')),
      (found) => found.length > 0,
    );
    const [first] = applied;
    if (first === undefined) {
      throw new Error('unreachable');
    }
    await eventually(
      'all that led to it is there',
      async () => lineage(first),
      (line) => line.at(-1) === 'router: POST /graphql',
    );
    expect(lineage(first)).toEqual([
      expect.stringMatching(/^payments: apply auth\./),
      expect.stringMatching(/^auth: append auth\./),
      'auth: POST /graphql',
      'router: fetch auth',
      'router: mutation',
      'router: POST /graphql',
    ]);
    const received = collector.spans.filter(({ name }) => name === 'receive auth');
    expect(received.flatMap(({ links }) => links)).toContain(traceId);
  });

  it('hold no personal data and no secrets', () => {
    const all = collector.bodies.join('\n');
    expect(all).toContain('"traceId"');
    for (const personal of [...Object.values(PERSON), 'admin@example.com', 'violet-harbor', 'eyJ']) {
      expect(all).not.toContain(personal);
    }
  });

  it('are sent as the collector wants them', () => {
    expect(collector.headers[0]).toMatchObject({ path: '/v1/traces', 'x-api-key': 'of the test' });
  });

  it('are not recorded when whoever asks says so, and keep their id', async () => {
    const traceId = 'abcdefabcdefabcdefabcdefabcdefab';
    const { headers } = await ask(endpoint(), '{ viewer { email } }', {
      headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-00` },
    });
    expect(headers.get('x-trace-id')).toBe(traceId);
    const later = await ask(endpoint(), '{ viewer { email } }');
    const laterId = later.headers.get('x-trace-id') ?? '';
    await eventually(
      'a later trace is there',
      async () => ofTrace(laterId).length,
      (count) => count > 0,
    );
    expect(ofTrace(traceId)).toEqual([]);
  });

  it('cost no request anything when the collector falls silent', async () => {
    collector.fallSilent();
    for (let time = 0; time < 20; time += 1) {
      expect((await ask(endpoint(), '{ viewer { email } }')).status).toBe(200);
    }
  });
});
