import type { CommonConfiguration } from '@supergraph/platform/configuration';
import type { EntityCacheSettings } from './entity-cache/configuration.js';
import type { ObservabilitySettings } from './observability/configuration.js';
import type { CostSettings } from './cost/configuration.js';
import type { PolicySettings } from './policy/configuration.js';
import type { SandboxConfiguration } from './sandbox/configuration.js';
import type { HeaderRule } from './headers/rules.js';
import type { OperationLimits } from './limits/limits.js';
import type { PersistedOperationsSettings } from './persisted-operations/settings.js';
import type { RateLimitRule } from './rate-limits/rules.js';
import type { OverloadSettings } from './overload/configuration.js';
import type { SupergraphUrl } from './supergraph/poll-url.js';
import type { TransportSettings } from './transport/configuration.js';
import type { SubgraphReference } from './supergraph/read-subgraphs.js';

/** What the router is told at start. */
export interface RouterConfiguration {
  readonly common: CommonConfiguration;
  /** 0 for any free one. */
  readonly port: number;
  /** Path of the supergraph's SDL, watched while the router runs. */
  readonly supergraphFile: string;
  /** Where it is served instead; undefined when the file is it. */
  readonly supergraphUrl: SupergraphUrl | undefined;
  /** Where a subgraph is and how the router proves itself to it; throws `ConfigurationError` when it is not told. */
  readonly settingsOf: (subgraph: SubgraphReference) => SubgraphSettings;
  /** Where the public keys of access tokens are served. */
  readonly keysUrl: string;
  /** Origins of pages that may ask, such as `https://shop.example.com`; `:*` stands for any port, `*` for any origin. */
  readonly corsOrigins: ReadonlyArray<string>;
  readonly limits: RouterLimits;
  readonly operationLimits: OperationLimits;
  readonly persistedOperations: PersistedOperationsSettings;
  readonly rateLimits: ReadonlyArray<RateLimitRule>;
  /** What of a client's headers goes to which subgraph. */
  readonly headerRules: ReadonlyArray<HeaderRule>;
  readonly policy: PolicySettings;
  readonly cost: CostSettings;
  readonly transport: TransportSettings;
  readonly overload: OverloadSettings;
  readonly entityCache: EntityCacheSettings;
  readonly events: RouterEvents;
  readonly introspection: boolean;
  /** How many proxies stand in front, whose word on the client's address is taken. */
  readonly trustedProxies: number;
  readonly observability: ObservabilitySettings;
  /** Undefined when the sandbox is off. */
  readonly sandbox: SandboxSettings | undefined;
}

/** Whose events are followed. */
export interface RouterEvents {
  /** The subgraphs that serve their events. */
  readonly sources: ReadonlyArray<string>;
  /** The one that signs access tokens: its events say which sessions ended. */
  readonly identitySubgraph: string;
}

/** Bounds on what one request may take. */
export interface RouterLimits {
  /** How long one subgraph may take for one fetch, all attempts included, when it has no time of its own. */
  readonly subgraphTimeoutMilliseconds: number;
  /** How long all fetches of one request may take together. */
  readonly requestTimeoutMilliseconds: number;
  /** Size of a request's body. */
  readonly maximumBodyBytes: number;
}

/** What the router needs to ask one subgraph. */
export interface SubgraphSettings {
  readonly name: string;
  /** Addresses of its replicas, `/graphql` included. */
  readonly urls: ReadonlyArray<string>;
  /** Undefined on the embedded default only, for subgraphs that ask for none. */
  readonly secret: string | undefined;
  /** How long it may take for one fetch, all attempts included. */
  readonly timeoutMilliseconds: number;
}

/** What the sandbox shows beside what the supergraph says. */
export type SandboxSettings = Pick<SandboxConfiguration, 'title' | 'logins' | 'examples'>;
