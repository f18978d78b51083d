import type { Position } from './position.js';

/** A stretch of a source's log. Each page begins where the one before it ended. */
export interface EventPage {
  /** Where it begins: everything up to here came before. */
  readonly after: Position;
  /** Where it ends: also behind events that were not wanted. */
  readonly position: Position;
  /** The wanted events between the two, in order, each as CloudEvents JSON as it came: not yet checked. */
  readonly events: ReadonlyArray<unknown>;
  /**
   * A moment, in the milliseconds of this process's `performance.now()`: whatever had committed by then is on this page
   * or came before it. Undefined when the transport cannot say.
   */
  readonly completeAt?: number;
}

/** What a consumer asks for. */
export interface FollowOptions {
  /** Retention at the source keeps what this consumer has not read. Without a name it may have to begin anew. */
  readonly consumer?: string;
  readonly after: 'start' | 'tail' | Position;
  /** All when not given. */
  readonly types?: ReadonlyArray<string>;
  readonly signal: AbortSignal;
}

/**
 * Carries the events of one source. The source's outbox is the truth, and a transport must give it as it is: every
 * event, in order, without a hole. It may give an event again only by beginning again after an earlier position.
 */
export interface EventTransport {
  /** The service whose events it carries. */
  readonly source: string;
  /**
   * Gives pages, and pages without events as heartbeats, until the signal says otherwise. It survives the source's
   * absence by itself.
   *
   * @throws {FeedRefusal} when the source does not go on from there
   */
  follow(options: FollowOptions): AsyncIterable<EventPage>;
  /**
   * Gives the place of the last event that has committed: state that is read from the owner after this holds
   * everything up to it.
   *
   * @throws {FeedRefusal} or the failure to reach the source
   */
  head(signal?: AbortSignal): Promise<Position>;
  close(): Promise<void>;
}
