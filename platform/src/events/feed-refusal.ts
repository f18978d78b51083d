/** What a refusal of the feed means, and what a consumer can do about it. */
export const FEED_REFUSALS = {
  EPOCH_CHANGED: {
    meaning: 'The log began anew, because its database was restored to an earlier time.',
    action: 'Compare the replica with its owner, repair it, and go on from a position taken before.',
    status: 409,
  },
  POSITION_UNKNOWN: {
    meaning:
      'The position is not in the log: ahead of it, altered, or of events that a restored database lost.',
    action: 'Compare the replica with its owner, repair it, and go on from a position taken before.',
    status: 409,
  },
  POSITION_PRUNED: {
    meaning: 'Events after the position were removed by retention before they were read.',
    action: 'Rebuild the replica from its owner, and go on from a position taken before.',
    status: 410,
  },
  CALLER_REFUSED: {
    meaning: 'Only the other services may read a service’s events.',
    action: 'Send the caller’s name and the secret of this pair of caller and service.',
    status: 403,
  },
  BAD_REQUEST: {
    meaning: 'The request is not one for events.',
    action: 'Correct the parameter named.',
    status: 400,
  },
  NOT_PRIMARY: {
    meaning: 'This process reads a copy of the database, in which the log may have holes.',
    action: 'Give the service the address of its primary.',
    status: 503,
  },
  DATABASE_UNAVAILABLE: {
    meaning: 'The database of the source does not answer.',
    action: 'Try again shortly.',
    status: 503,
  },
  SHUTTING_DOWN: {
    meaning: 'The process is ending.',
    action: 'Ask again; another replica answers.',
    status: 503,
  },
} as const;

/** A stable code of {@link FEED_REFUSALS}. */
export type FeedRefusalCode = keyof typeof FEED_REFUSALS;

/** The feed cannot be read from the place that was asked for. */
export class FeedRefusal extends Error {
  override readonly name = 'FeedRefusal';

  constructor(
    readonly code: FeedRefusalCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The consumer's place is lost: it has to compare or rebuild. Asking again would not help. */
  get losesPosition(): boolean {
    return (
      this.code === 'EPOCH_CHANGED' || this.code === 'POSITION_UNKNOWN' || this.code === 'POSITION_PRUNED'
    );
  }

  /** The same question may be answered soon. */
  get isPassing(): boolean {
    return FEED_REFUSALS[this.code].status === 503;
  }
}
