-- CreateTable
CREATE TABLE "login_failures" (
    "address_hash" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "last_failed_at" TIMESTAMPTZ(3) NOT NULL,
    "locked_until" TIMESTAMPTZ(3),

    CONSTRAINT "login_failures_pkey" PRIMARY KEY ("address_hash")
);

-- CreateTable
CREATE TABLE "attempt_counters" (
    "key_hash" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "window_ends" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "attempt_counters_pkey" PRIMARY KEY ("key_hash")
);

-- CreateIndex
CREATE INDEX "login_failures_last_failed_at_idx" ON "login_failures"("last_failed_at");

-- CreateIndex
CREATE INDEX "attempt_counters_window_ends_idx" ON "attempt_counters"("window_ends");
