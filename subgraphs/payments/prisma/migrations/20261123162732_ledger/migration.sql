-- CreateEnum
CREATE TYPE "LedgerAccount" AS ENUM ('PAYER', 'RECIPIENT', 'HOUSE', 'PROVIDER_CLEARING');

-- CreateTable
CREATE TABLE "ledger_entries" (
    "id" UUID NOT NULL,
    "payment_id" UUID NOT NULL,
    "transition_id" UUID NOT NULL,
    "account" "LedgerAccount" NOT NULL,
    "user_id" UUID,
    "currency" TEXT NOT NULL,
    "amount" DECIMAL(19,4) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ledger_entries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "ledger_entries_payment_id_idx" ON "ledger_entries"("payment_id");

-- CreateIndex
CREATE INDEX "ledger_entries_transition_id_idx" ON "ledger_entries"("transition_id");

-- AddForeignKey
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_payment_id_fkey" FOREIGN KEY ("payment_id") REFERENCES "payments"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_transition_id_fkey" FOREIGN KEY ("transition_id") REFERENCES "payment_transitions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What follows Prisma cannot say.

ALTER TABLE "ledger_entries"
    ADD CONSTRAINT "ledger_entries_amount_check" CHECK ("amount" <> 0),
    ADD CONSTRAINT "ledger_entries_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$'),
    ADD CONSTRAINT "ledger_entries_user_id_check"
        CHECK (("account" IN ('PAYER', 'RECIPIENT')) = ("user_id" IS NOT NULL));

-- Looked at when the transaction commits, since a posting is complete only when its last line is written. The
-- search path is fixed, so that no caller's decides which table is summed.
CREATE FUNCTION "refuse_unbalanced_posting"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (
        SELECT FROM "ledger_entries" WHERE "transition_id" = NEW."transition_id"
        GROUP BY "currency" HAVING sum("amount") <> 0
    ) THEN
        RAISE EXCEPTION 'the ledger entries of transition % do not sum to zero', NEW."transition_id"
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_balance';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER "ledger_entries_balance" AFTER INSERT ON "ledger_entries"
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "refuse_unbalanced_posting"();

-- Also for the owner: a mistake in the ledger is put right by another posting.
CREATE FUNCTION "refuse_ledger_change"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    -- Emptying an empty ledger, as seeding an empty system does, takes nothing away.
    IF TG_OP = 'TRUNCATE' AND NOT EXISTS (SELECT FROM "ledger_entries") THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the ledger is only added to: % is refused', TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_immutable';
END;
$$;

CREATE TRIGGER "ledger_entries_immutable" BEFORE UPDATE OR DELETE ON "ledger_entries"
    FOR EACH ROW EXECUTE FUNCTION "refuse_ledger_change"();
CREATE TRIGGER "ledger_entries_not_truncated" BEFORE TRUNCATE ON "ledger_entries"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_ledger_change"();
