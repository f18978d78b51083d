-- CreateEnum
CREATE TYPE "RecurrenceUnit" AS ENUM ('DAY', 'WEEK', 'MONTH', 'YEAR');

-- CreateEnum
CREATE TYPE "RecurringPaymentStatus" AS ENUM ('ACTIVE', 'PAUSED', 'CANCELLED', 'ENDED');

-- CreateEnum
CREATE TYPE "RecurringPaymentReason" AS ENUM ('ALL_MADE', 'TOO_MANY_FAILURES', 'PAYER_SUSPENDED', 'PAYER_UNKNOWN', 'PAYER_ERASED', 'RECIPIENT_SUSPENDED', 'RECIPIENT_UNKNOWN', 'RECIPIENT_ERASED');

-- AlterTable
ALTER TABLE "payments" ADD COLUMN     "occurrence" INTEGER,
ADD COLUMN     "recurring_payment_id" UUID;

-- CreateTable
CREATE TABLE "recurring_payments" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "recipient_id" UUID,
    "amount" DECIMAL(19,4) NOT NULL,
    "currency" TEXT NOT NULL,
    "description" TEXT,
    "metadata" JSONB,
    "unit" "RecurrenceUnit" NOT NULL,
    "every" INTEGER NOT NULL,
    "first_due_at" TIMESTAMPTZ(3) NOT NULL,
    "occurrences" INTEGER,
    "ends_at" TIMESTAMPTZ(3),
    "status" "RecurringPaymentStatus" NOT NULL DEFAULT 'ACTIVE',
    "status_reason" "RecurringPaymentReason",
    "cancel_reason" TEXT,
    "next_occurrence" INTEGER,
    "next_due_at" TIMESTAMPTZ(3),
    "made_count" INTEGER NOT NULL DEFAULT 0,
    "missed_count" INTEGER NOT NULL DEFAULT 0,
    "failures_in_row" INTEGER NOT NULL DEFAULT 0,
    "process_after" TIMESTAMPTZ(3),
    "idempotency_key" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "recurring_payments_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "recurring_payments_user_id_created_at_id_idx" ON "recurring_payments"("user_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "recurring_payments_recipient_id_created_at_id_idx" ON "recurring_payments"("recipient_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "recurring_payments_created_at_id_idx" ON "recurring_payments"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "recurring_payments_status_created_at_id_idx" ON "recurring_payments"("status", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "recurring_payments_process_after_idx" ON "recurring_payments"("process_after");

-- CreateIndex
CREATE UNIQUE INDEX "recurring_payments_user_id_idempotency_key_key" ON "recurring_payments"("user_id", "idempotency_key");

-- CreateIndex
CREATE INDEX "payments_recurring_payment_id_created_at_id_idx" ON "payments"("recurring_payment_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "payments_recurring_payment_id_occurrence_key" ON "payments"("recurring_payment_id", "occurrence");

-- AddForeignKey
ALTER TABLE "payments" ADD CONSTRAINT "payments_recurring_payment_id_fkey" FOREIGN KEY ("recurring_payment_id") REFERENCES "recurring_payments"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What follows Prisma cannot say.

ALTER TABLE "payments" ADD CONSTRAINT "payments_recurring_check" CHECK (
    ("recurring_payment_id" IS NULL) = ("occurrence" IS NULL)
    AND ("recurring_payment_id" IS NULL OR "type" = 'RECURRING')
    AND ("occurrence" IS NULL OR "occurrence" >= 1)
);

ALTER TABLE "recurring_payments"
    ADD CONSTRAINT "recurring_payments_amount_check" CHECK ("amount" > 0 AND "amount" <= 10000000),
    ADD CONSTRAINT "recurring_payments_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$'),
    ADD CONSTRAINT "recurring_payments_metadata_check" CHECK (jsonb_typeof("metadata") = 'object'),
    ADD CONSTRAINT "recurring_payments_recurrence_check" CHECK (
        "every" BETWEEN 1 AND 366
        AND ("occurrences" IS NULL OR "occurrences" BETWEEN 1 AND 10000)
        AND ("occurrences" IS NULL OR "ends_at" IS NULL)
        AND ("ends_at" IS NULL OR "ends_at" >= "first_due_at")
    ),
    -- What is over has no next date, and what goes on has one: every date before it was made or missed.
    ADD CONSTRAINT "recurring_payments_over_check" CHECK (
        CASE WHEN "status" IN ('CANCELLED', 'ENDED')
             THEN num_nonnulls("next_occurrence", "next_due_at", "process_after") = 0 AND "ended_at" IS NOT NULL
             ELSE num_nulls("next_occurrence", "next_due_at", "process_after") = 0 AND "ended_at" IS NULL
                  AND "next_occurrence" = 1 + "made_count" + "missed_count"
        END
    ),
    ADD CONSTRAINT "recurring_payments_status_reason_check"
        CHECK (("status_reason" IS NOT NULL) = ("status" IN ('PAUSED', 'ENDED'))),
    ADD CONSTRAINT "recurring_payments_counts_check"
        CHECK ("made_count" >= 0 AND "missed_count" >= 0 AND "failures_in_row" >= 0
               AND "made_count" + "missed_count" <= coalesce("occurrences", 2147483647)),
    ADD CONSTRAINT "recurring_payments_version_check" CHECK ("version" >= 1);

-- What is over stays over.
CREATE FUNCTION "refuse_revival"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a recurring payment cannot go from % to %', OLD."status", NEW."status"
        USING ERRCODE = 'check_violation', CONSTRAINT = 'recurring_payments_status_transition';
END;
$$;

CREATE TRIGGER "recurring_payments_status_transition" BEFORE UPDATE OF "status" ON "recurring_payments"
    FOR EACH ROW WHEN (OLD."status" IN ('CANCELLED', 'ENDED')) EXECUTE FUNCTION "refuse_revival"();

-- Takes a person's words and names out of the history, and leaves what the law keeps: amounts, times, parties by their
-- bare ids. It runs with the owner's rights, because the service's own may change nothing of the history otherwise;
-- so it refuses whoever was not buried. Reasons that are codes of ours are nobody's words. Doing it again changes
-- nothing.
CREATE OR REPLACE FUNCTION "erase_from_history"("person" uuid) RETURNS TABLE ("store" text, "rows" integer, "action" text)
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

    "store" := 'recurring_payments'; "action" := 'PSEUDONYMISED';
    UPDATE "recurring_payments" AS s SET "description" = NULL, "metadata" = NULL, "cancel_reason" = NULL,
           "request_hash" = '', "idempotency_key" = 'erased-' || s."id"
     WHERE s."user_id" = "person"
       AND (s."description" IS NOT NULL OR s."metadata" IS NOT NULL OR s."cancel_reason" IS NOT NULL
            OR s."request_hash" <> '' OR s."idempotency_key" <> 'erased-' || s."id");
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
    "store" := 'recurring_payments';
    SELECT count(*) INTO "rows" FROM "recurring_payments" AS s
     WHERE s."user_id" = "person" OR s."recipient_id" = "person";
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
