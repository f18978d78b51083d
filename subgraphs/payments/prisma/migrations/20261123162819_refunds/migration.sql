-- CreateEnum
CREATE TYPE "RefundStatus" AS ENUM ('PENDING', 'COMPLETED', 'FAILED');

-- CreateTable
CREATE TABLE "refunds" (
    "id" UUID NOT NULL,
    "payment_id" UUID NOT NULL,
    "amount" DECIMAL(19,4) NOT NULL,
    "status" "RefundStatus" NOT NULL DEFAULT 'PENDING',
    "reason" TEXT,
    "failure_reason" TEXT,
    "provider_reference" TEXT,
    "requested_by" UUID NOT NULL,
    "idempotency_key" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "process_after" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "refunds_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "refunds_payment_id_created_at_id_idx" ON "refunds"("payment_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "refunds_process_after_idx" ON "refunds"("process_after");

-- CreateIndex
CREATE UNIQUE INDEX "refunds_requested_by_idempotency_key_key" ON "refunds"("requested_by", "idempotency_key");

-- AddForeignKey
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_payment_id_fkey" FOREIGN KEY ("payment_id") REFERENCES "payments"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What follows Prisma cannot say.

ALTER TABLE "refunds"
    ADD CONSTRAINT "refunds_amount_check" CHECK ("amount" > 0),
    ADD CONSTRAINT "refunds_settled_check" CHECK (("status" = 'PENDING') = ("settled_at" IS NULL)),
    ADD CONSTRAINT "refunds_process_after_check" CHECK ("process_after" IS NULL OR "status" = 'PENDING');

-- The second lock on the door: the payment's row is locked, so that refunds of one payment come one after another,
-- and what is under way counts like what is done.
CREATE FUNCTION "refuse_excessive_refund"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    paid numeric;
    refunded numeric;
BEGIN
    SELECT "amount" INTO paid FROM "payments" WHERE "id" = NEW."payment_id" FOR UPDATE;
    SELECT sum("amount") INTO refunded FROM "refunds"
        WHERE "payment_id" = NEW."payment_id" AND "status" <> 'FAILED';
    IF refunded > paid THEN
        RAISE EXCEPTION 'refunds of payment % would exceed what was paid', NEW."payment_id"
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_limit';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER "refunds_limit" AFTER INSERT ON "refunds"
    FOR EACH ROW EXECUTE FUNCTION "refuse_excessive_refund"();

-- A refund is settled once.
CREATE FUNCTION "refuse_second_settlement"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a refund cannot go from % to %', OLD."status", NEW."status"
        USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_status_transition';
END;
$$;

CREATE TRIGGER "refunds_status_transition" BEFORE UPDATE OF "status" ON "refunds"
    FOR EACH ROW WHEN (OLD."status" <> 'PENDING') EXECUTE FUNCTION "refuse_second_settlement"();
