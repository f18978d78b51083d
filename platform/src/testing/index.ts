/** What tests of every service stand on: a real database, a real identity, real HTTP. */
export { startServiceDatabase, type ServiceDatabase } from './service-database.js';
export { startTestIdentity, type TestIdentity, type TokenOptions } from './test-identity.js';
export { createSubgraphClient, type SubgraphAnswer, type SubgraphClient } from './subgraph-client.js';
export { createRandom, type Random } from '../events/test-schedule.js';
export { testTelemetry } from './test-telemetry.js';
export { startTestEventSources, type TestEventSource } from './test-event-source.js';
export { startTestFront, type TestFront } from './test-front.js';
export { startTestServer, type TestDatabase, type TestServer } from '../events/test-fixtures.js';
export { canTestNats, freePort, startNatsServer, type TestNatsServer } from './nats-server.js';
export { createModellessPrismaClient, type ModellessPrismaClient } from '../events/test-prisma-client.js';
