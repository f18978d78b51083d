-- CreateEnum
CREATE TYPE "PayerStatus" AS ENUM ('ACTIVE', 'SUSPENDED', 'ERASED');

-- CreateTable
CREATE TABLE "payers" (
    "id" UUID NOT NULL,
    "email" TEXT,
    "name" TEXT,
    "status" "PayerStatus" NOT NULL,
    "version" INTEGER NOT NULL,

    CONSTRAINT "payers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "erased_people" (
    "user_id" UUID NOT NULL,
    "erased_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "erased_people_pkey" PRIMARY KEY ("user_id")
);

-- What follows Prisma cannot say.

ALTER TABLE "payers" ADD CONSTRAINT "payers_version_check" CHECK ("version" >= 0);

-- The order of the lists by payer: byte by byte over the lower case, the same on every machine.
CREATE INDEX "payers_name_id_idx" ON "payers" ((lower(coalesce("name", '')) COLLATE "C"), "id");
CREATE INDEX "payers_email_id_idx" ON "payers" ((lower(coalesce("email", '')) COLLATE "C"), "id");

CREATE INDEX "payments_type_created_at_id_idx" ON "payments" ("type", "created_at" DESC, "id" DESC);

-- Who of some people was erased. Who asks holds off the erasure of the others until its transaction ends, so what it
-- writes about them is either refused here or found by the erasure.
CREATE FUNCTION "erased_among"("people" uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    -- One order for all, so that nobody waits for each other.
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('payments person ' || person, 0))
        FROM (SELECT DISTINCT unnest("people")::text AS person ORDER BY 1) AS asked;
    RETURN QUERY SELECT "user_id" FROM "erased_people" WHERE "user_id" = ANY ("people");
END;
$$;

-- The first step of an erasure: waits for who is writing about the person, then nobody does any more.
CREATE FUNCTION "bury_person"("person" uuid) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('payments person ' || "person", 0));
    INSERT INTO "erased_people" ("user_id") VALUES ("person") ON CONFLICT DO NOTHING;
END;
$$;

-- A payer who was erased is left out without an error, whoever inserts the row: an event that came late, an answer of
-- auth from before, a rebuild, a backup. It holds off no erasure, since a lock a row would be too many for a rebuild:
-- events and rebuilds exclude each other by the consumer's position, and who keeps an answer of auth asks
-- "erased_among" before.
CREATE FUNCTION "leave_out_erased_payers"() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT FROM "erased_people" WHERE "user_id" = NEW."id") THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER "payers_leave_out_erased_people" BEFORE INSERT ON "payers"
    FOR EACH ROW EXECUTE FUNCTION "leave_out_erased_payers"();

-- Takes a person's words and names out of the history, and leaves what the law keeps: amounts, times, parties by their
-- bare ids. It runs with the owner's rights, because the service's own may change nothing of the history otherwise;
-- so it refuses whoever was not buried. Reasons that are codes of ours are nobody's words. Doing it again changes
-- nothing.
CREATE FUNCTION "erase_from_history"("person" uuid) RETURNS TABLE ("store" text, "rows" integer, "action" text)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    -- SQL's own way to say a code: capitals and underscores.
    code CONSTANT text := '^[A-Z]+(_[A-Z]+)*$';
BEGIN
    IF NOT EXISTS (SELECT FROM "erased_people" AS e WHERE e."user_id" = "person") THEN
        RAISE EXCEPTION 'the person % is not among the erased people', "person"
            USING ERRCODE = 'check_violation', CONSTRAINT = 'erase_from_history_buried';
    END IF;

    "store" := 'payments'; "action" := 'PSEUDONYMISED';
    UPDATE "payments" AS p SET "description" = NULL, "metadata" = NULL, "idempotency_key" = 'erased-' || p."id",
           "failure_reason" = CASE WHEN p."failure_reason" ~ code THEN p."failure_reason" END
     WHERE p."user_id" = "person"
       AND (p."description" IS NOT NULL OR p."metadata" IS NOT NULL OR p."failure_reason" !~ code
            OR p."idempotency_key" <> 'erased-' || p."id");
    GET DIAGNOSTICS "rows" = ROW_COUNT; RETURN NEXT;

    "store" := 'payment_transitions'; "action" := 'PSEUDONYMISED';
    UPDATE "payment_transitions" AS t SET "reason" = NULL
      FROM "payments" AS p
     WHERE p."user_id" = "person" AND t."payment_id" = p."id" AND t."reason" !~ code;
    GET DIAGNOSTICS "rows" = ROW_COUNT; RETURN NEXT;

    "store" := 'refunds'; "action" := 'PSEUDONYMISED';
    UPDATE "refunds" AS r SET "reason" = NULL,
           "failure_reason" = CASE WHEN r."failure_reason" ~ code THEN r."failure_reason" END,
           "request_hash" = CASE WHEN r."requested_by" = "person" THEN '' ELSE r."request_hash" END,
           "idempotency_key" =
               CASE WHEN r."requested_by" = "person" THEN 'erased-' || r."id" ELSE r."idempotency_key" END
     WHERE (r."requested_by" = "person"
            OR r."payment_id" IN (SELECT p."id" FROM "payments" AS p WHERE p."user_id" = "person"))
       AND (r."reason" IS NOT NULL OR r."failure_reason" !~ code
            OR (r."requested_by" = "person" AND r."request_hash" <> ''));
    GET DIAGNOSTICS "rows" = ROW_COUNT; RETURN NEXT;

    "store" := 'idempotency_keys'; "action" := 'DELETED';
    DELETE FROM "idempotency_keys" AS k WHERE k."user_id" = "person";
    GET DIAGNOSTICS "rows" = ROW_COUNT; RETURN NEXT;

    "store" := 'payers'; "action" := 'DELETED';
    DELETE FROM "payers" AS p WHERE p."id" = "person";
    GET DIAGNOSTICS "rows" = ROW_COUNT; RETURN NEXT;

    "action" := 'KEPT';
    "store" := 'payments';
    SELECT count(*) INTO "rows" FROM "payments" AS p
     WHERE p."user_id" = "person" OR p."recipient_id" = "person";
    RETURN NEXT;
    "store" := 'refunds';
    SELECT count(*) INTO "rows" FROM "refunds" AS r
     WHERE r."payment_id" IN (SELECT p."id" FROM "payments" AS p
                              WHERE p."user_id" = "person" OR p."recipient_id" = "person");
    RETURN NEXT;
    "store" := 'ledger_entries';
    SELECT count(*) INTO "rows" FROM "ledger_entries" AS l
     WHERE l."payment_id" IN (SELECT p."id" FROM "payments" AS p
                              WHERE p."user_id" = "person" OR p."recipient_id" = "person");
    RETURN NEXT;
END;
$$;

-- Temporary tables come last, so that nobody who calls it puts one in the place of a table.
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION "erase_from_history"(uuid) SET search_path = %I, pg_temp', current_schema());
END $$;
