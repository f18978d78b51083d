/** Events between services: told once, in the transaction of the change, and applied once in every consumer. */
export {
  createEventContracts,
  EventContractError,
  type ContractCheck,
  type EventContracts,
  type EventSchema,
} from './contracts.js';
export {
  formatEnvelope,
  parseEnvelope,
  positionOf,
  type Aggregate,
  type CloudEvent,
  type EntityReference,
  type ParsedEnvelope,
  type ReceivedEvent,
} from './envelope.js';
export { beginningOf, formatPosition, isSamePosition, parsePosition, type Position } from './position.js';
export {
  pgTransactions,
  type PgTransaction,
  type SqlTransaction,
  type TransactionRunner,
} from './sql-transaction.js';
export {
  appendEvent,
  appendEvents,
  createOutbox,
  type AppendedEvent,
  type NewEvent,
  type Outbox,
} from './outbox.js';
export { changesOfRequest, type RequestChanges } from './request-changes.js';
export { readHead, readLogPage, readSettled, type LogPage } from './read-log.js';
export { createSettledLog, type SettledLog, type SettledLogOptions } from './settled-log.js';
export { createEventFeed, type EventFeed, type EventFeedOptions } from './feed-server.js';
export { FEED_REFUSALS, FeedRefusal, type FeedRefusalCode } from './feed-refusal.js';
export type { EventPage, EventTransport, FollowOptions } from './transport.js';
export { createHttpTransport, type HttpTransport, type HttpTransportOptions } from './http-transport.js';
export {
  createConsumer,
  type Consumer,
  type ConsumerOptions,
  type ConsumerStatus,
  type LostPosition,
} from './consumer.js';
export type { EventHandler, EventHandlers, TypedEventHandlers } from './event-applier.js';
export { DEFAULT_RETRY_POLICY, type RetryPolicy } from './retry-policy.js';
export {
  discardParkedEvent,
  listParkedEvents,
  replayParkedEvents,
  type ParkedEvent,
  type ParkedEventFilter,
} from './parked-events.js';
export type { ParkReason, ParkState } from './consumer-store.js';
export {
  pruneInbox,
  pruneOutbox,
  type AwayConsumer,
  type OutboxRetention,
  type PrunedOutbox,
} from './retention.js';
export { renewEpoch } from './epoch.js';
export { armCrashPoints, crashPoint, findCrashPoints } from './crash-points.js';
export { createServiceEvents, type ConsumerDefinition, type ServiceEvents } from './service-events.js';
export { startRetention } from './retention-schedule.js';
export { erasePersonFromEvents, type ErasedFromEvents } from './erase-person.js';
export { createReplicaSource, type ReplicaSource, type ReplicaSourceOptions } from './replica-source.js';
export {
  createReplicaClient,
  type ReplicaClient,
  type ReplicaClientOptions,
  type ReplicaPage,
  type ReplicaRow,
} from './replica-client.js';
export type { Replica, ReplicaDescription } from './replica.js';
export {
  compareReplica,
  ReplicaBehindError,
  type CompareOptions,
  type ReplicaComparison,
  type ReplicaDifference,
} from './replica-check.js';
export { rebuildReplica, repairReplica, type ReplicaRepair } from './replica-repair.js';
export { createNatsBroker, type NatsBroker, type NatsBrokerOptions } from './nats/broker.js';
export { createNatsRelay, type NatsRelay, type NatsRelayOptions } from './nats/relay.js';
export { createNatsTransport } from './nats/transport.js';
export { purgeAggregate } from './nats/purge-aggregate.js';
