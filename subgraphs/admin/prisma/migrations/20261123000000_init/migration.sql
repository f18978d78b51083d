-- CreateEnum
CREATE TYPE "SettingType" AS ENUM ('BOOLEAN', 'INTEGER', 'STRING', 'STRING_LIST');

-- CreateTable
CREATE TABLE "settings" (
    "key" TEXT NOT NULL,
    "type" "SettingType" NOT NULL,
    "value" JSONB NOT NULL,
    "description" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "updated_by" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "settings_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "action" TEXT NOT NULL,
    "resource_type" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "actor_commitment" TEXT NOT NULL,
    "client_commitment" TEXT NOT NULL,
    "details_commitment" TEXT NOT NULL,
    "previous_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry_details" (
    "entry_id" UUID NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "actor_salt" TEXT,
    "actor_id" UUID,
    "client_salt" TEXT,
    "ip" TEXT,
    "user_agent" TEXT,
    "details_salt" TEXT,
    "details" JSONB,

    CONSTRAINT "audit_entry_details_pkey" PRIMARY KEY ("occurred_at","entry_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "audit_entries_sequence_key" ON "audit_entries"("sequence");

-- CreateIndex
CREATE INDEX "audit_entries_action_occurred_at_id_idx" ON "audit_entries"("action", "occurred_at", "id");

-- CreateIndex
CREATE INDEX "audit_entries_resource_type_occurred_at_id_idx" ON "audit_entries"("resource_type", "occurred_at", "id");

-- CreateIndex
CREATE INDEX "audit_entries_resource_id_resource_type_occurred_at_id_idx" ON "audit_entries"("resource_id", "resource_type", "occurred_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "audit_entries_occurred_at_id_key" ON "audit_entries"("occurred_at", "id");

-- CreateIndex
CREATE INDEX "audit_entry_details_actor_id_occurred_at_entry_id_idx" ON "audit_entry_details"("actor_id", "occurred_at", "entry_id");

-- AddForeignKey
ALTER TABLE "audit_entry_details" ADD CONSTRAINT "audit_entry_details_occurred_at_entry_id_fkey" FOREIGN KEY ("occurred_at", "entry_id") REFERENCES "audit_entries"("occurred_at", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- What a schema file cannot say --------------------------------------------------------------------------------

ALTER TABLE "settings"
    ADD CONSTRAINT "settings_value_fits_type" CHECK (
        jsonb_typeof("value") = CASE "type"
            WHEN 'BOOLEAN' THEN 'boolean'
            WHEN 'INTEGER' THEN 'number'
            WHEN 'STRING' THEN 'string'
            WHEN 'STRING_LIST' THEN 'array'
        END
    ),
    ADD CONSTRAINT "settings_version_counts" CHECK ("version" >= 1);

-- The lengths keep every index entry well below what a page can hold.
ALTER TABLE "audit_entries"
    ADD CONSTRAINT "audit_entries_sequence_counts" CHECK ("sequence" >= 1),
    ADD CONSTRAINT "audit_entries_texts_are_short" CHECK (
        length("action") BETWEEN 1 AND 100
        AND length("resource_type") BETWEEN 1 AND 100
        AND length("resource_id") BETWEEN 1 AND 200
    ),
    ADD CONSTRAINT "audit_entries_hashes_are_sha256" CHECK (
        "actor_commitment" ~ '^[0-9a-f]{64}$'
        AND "client_commitment" ~ '^[0-9a-f]{64}$'
        AND "details_commitment" ~ '^[0-9a-f]{64}$'
        AND "previous_hash" ~ '^[0-9a-f]{64}$'
        AND "hash" ~ '^[0-9a-f]{64}$'
    );

-- A part without its salt is an erased part, and holds nothing any more.
ALTER TABLE "audit_entry_details"
    ADD CONSTRAINT "audit_entry_details_erased_parts_are_empty" CHECK (
        ("actor_salt" IS NOT NULL OR "actor_id" IS NULL)
        AND ("client_salt" IS NOT NULL OR ("ip" IS NULL AND "user_agent" IS NULL))
        AND ("details_salt" IS NOT NULL OR "details" IS NULL)
    );

-- Append-only for everybody, the owner and superusers included. A statement trigger, so that a statement that
-- would hit no row is refused like one that would; always, so that no session setting passes it by.
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are append-only: % is refused', TG_OP
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'To forget a person, erase the rows or parts of audit_entry_details.';
END;
$$;

CREATE TRIGGER "audit_entries_are_append_only"
    BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entries"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();

ALTER TABLE "audit_entries" ENABLE ALWAYS TRIGGER "audit_entries_are_append_only";

INSERT INTO "settings" ("key", "type", "value", "description") VALUES
    ('maintenance.message', 'STRING', '""', 'Shown to everybody at the top of every page; nothing is shown when it is empty.'),
    ('payments.currencies', 'STRING_LIST', '["EUR", "USD", "GBP", "JPY", "CHF"]', 'Currencies that payments may be made in, as codes of ISO 4217.'),
    ('payments.daily_limit', 'INTEGER', '10000', 'How much one user may pay in a day, in whole units of the payment''s currency.'),
    ('payments.enabled', 'BOOLEAN', 'true', 'Whether new payments may be created.'),
    ('registration.open', 'BOOLEAN', 'true', 'Whether new accounts may be registered.'),
    ('support.email', 'STRING', '"support@example.com"', 'The address that users are told to write to for help.');
