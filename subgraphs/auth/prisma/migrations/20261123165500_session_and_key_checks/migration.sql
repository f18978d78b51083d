-- A spent refresh token is known together with when it was spent.
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_rotation" CHECK (("spent_token_hash" IS NULL) = ("rotated_at" IS NULL));
-- A key signs before it retires.
ALTER TABLE "signing_keys" ADD CONSTRAINT "signing_keys_lifetime" CHECK ("retired_at" IS NULL OR "retired_at" > "signs_from");
ALTER TABLE "login_failures" ADD CONSTRAINT "login_failures_count" CHECK ("failures" >= 0);
ALTER TABLE "attempt_counters" ADD CONSTRAINT "attempt_counters_count" CHECK ("attempts" >= 1);
