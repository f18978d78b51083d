-- Events: what this service tells (outbox) and what it hears (inbox). Copy it whole into a migration of its own.

-- One sequence numbers the log. Its object id is also what this log's advisory locks are keyed by, so that services
-- which share one database do not wait for one another.
CREATE SEQUENCE "outbox_sequence" AS BIGINT;

-- The lock comes before the number: whoever holds a number that is not yet visible holds the lock too.
CREATE FUNCTION "next_outbox_sequence"(log REGCLASS) RETURNS BIGINT LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(1869968482, log::oid::int4);
  RETURN nextval(log);
END;
$$;

-- What was numbered last, and which transactions may still hold a number up to it. The order of the two statements
-- is what makes the log readable without loss: first the number, then the holders of the lock.
CREATE FUNCTION "outbox_watermark"(log REGCLASS, OUT last BIGINT, OUT holders TEXT[])
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  last := COALESCE(pg_sequence_last_value(log), 0);
  SELECT COALESCE(array_agg(l.virtualtransaction), '{}') INTO holders
    FROM pg_locks l
   WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
     AND l.classid = 1869968482 AND l.objid = log::oid
     AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
END;
$$;

CREATE TABLE "outbox" (
    "sequence" BIGINT NOT NULL DEFAULT next_outbox_sequence('outbox_sequence'::regclass),
    "event_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "aggregate_type" TEXT NOT NULL,
    "aggregate_id" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "entities" JSONB NOT NULL,
    "actor" TEXT,
    "client_ip" TEXT,
    "client_user_agent" TEXT,
    "traceparent" TEXT,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("sequence")
);
CREATE UNIQUE INDEX "outbox_event_id_key" ON "outbox"("event_id");
ALTER SEQUENCE "outbox_sequence" OWNED BY "outbox"."sequence";

-- One row. The epoch changes when the database is restored to an earlier time.
CREATE TABLE "outbox_epoch" (
    "only" BOOLEAN NOT NULL DEFAULT true,
    "epoch" UUID NOT NULL DEFAULT gen_random_uuid(),
    "pruned_through" BIGINT NOT NULL DEFAULT 0,
    "began_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_epoch_pkey" PRIMARY KEY ("only"),
    CONSTRAINT "outbox_epoch_only" CHECK ("only")
);
INSERT INTO "outbox_epoch" DEFAULT VALUES;

-- How far each consumer says that it has read: retention keeps what one of them has not.
CREATE TABLE "outbox_consumers" (
    "name" TEXT NOT NULL,
    "epoch" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_consumers_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "inbox" (
    "consumer" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "event_id" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "applied_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("consumer", "source", "event_id")
);
CREATE INDEX "inbox_applied_at_idx" ON "inbox"("applied_at");

CREATE TABLE "consumer_positions" (
    "consumer" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "epoch" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "event_id" UUID NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "consumer_positions_pkey" PRIMARY KEY ("consumer", "source")
);

CREATE TABLE "parked_events" (
    "consumer" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "event_id" UUID NOT NULL,
    "epoch" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "type" TEXT NOT NULL,
    "aggregate_type" TEXT NOT NULL,
    "aggregate_id" TEXT NOT NULL,
    "envelope" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3),
    "parked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "parked_events_pkey" PRIMARY KEY ("consumer", "source", "event_id"),
    CONSTRAINT "parked_events_state" CHECK ("state" IN ('RETRYING', 'WAITING', 'PARKED'))
);
CREATE INDEX "parked_events_consumer_source_aggregate_type_aggregate_id_s_idx" ON "parked_events"("consumer", "source", "aggregate_type", "aggregate_id", "sequence");
