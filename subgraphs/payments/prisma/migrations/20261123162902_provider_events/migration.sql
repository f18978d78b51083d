-- CreateTable
CREATE TABLE "provider_events" (
    "id" UUID NOT NULL,
    "event_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "effect" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "provider_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "provider_events_event_id_key" ON "provider_events"("event_id");

-- CreateIndex
CREATE INDEX "provider_events_key_idx" ON "provider_events"("key");

-- What follows Prisma cannot say.

ALTER TABLE "provider_events"
    ADD CONSTRAINT "provider_events_effect_check" CHECK ("effect" IN ('APPLIED', 'IGNORED'));
