-- CreateEnum
CREATE TYPE "TestProviderOutcome" AS ENUM ('SUCCEEDED', 'DECLINED');

-- AlterTable
ALTER TABLE "payments" ADD COLUMN     "process_after" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "test_provider_orders" (
    "key" TEXT NOT NULL,
    "charge_key" TEXT,
    "currency" TEXT NOT NULL,
    "amount" DECIMAL(19,4) NOT NULL,
    "outcome" "TestProviderOutcome" NOT NULL,
    "known_from" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "test_provider_orders_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "payments_process_after_idx" ON "payments"("process_after");

-- What follows Prisma cannot say.

ALTER TABLE "payments" ADD CONSTRAINT "payments_process_after_check"
    CHECK ("process_after" IS NULL OR "status" IN ('PENDING', 'PROCESSING'));
