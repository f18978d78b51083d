-- CreateEnum
CREATE TYPE "UserRole" AS ENUM ('CUSTOMER', 'VENDOR', 'ADMIN');

-- CreateEnum
CREATE TYPE "UserStatus" AS ENUM ('ACTIVE', 'SUSPENDED', 'ERASED');

-- CreateEnum
CREATE TYPE "ErasureState" AS ENUM ('RUNNING', 'COMPLETED', 'REFUSED');

-- CreateEnum
CREATE TYPE "ErasureStepState" AS ENUM ('WAITING', 'RUNNING', 'DONE', 'REFUSED');

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "email" TEXT,
    "name" TEXT,
    "role" "UserRole" NOT NULL,
    "status" "UserStatus" NOT NULL,
    "version" INTEGER NOT NULL,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "erased_people" (
    "user_id" UUID NOT NULL,
    "erased_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "erased_people_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "erasures" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "state" "ErasureState" NOT NULL DEFAULT 'RUNNING',
    "requested_by" UUID NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "refusal" TEXT,
    "certificate" JSONB,
    "certificate_hash" TEXT,

    CONSTRAINT "erasures_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "erasure_steps" (
    "erasure_id" UUID NOT NULL,
    "service" TEXT NOT NULL,
    "state" "ErasureStepState" NOT NULL DEFAULT 'WAITING',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3),
    "deadline" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),
    "stores" JSONB,

    CONSTRAINT "erasure_steps_pkey" PRIMARY KEY ("erasure_id","service")
);

-- CreateIndex
CREATE INDEX "users_role_status_id_idx" ON "users"("role", "status", "id");

-- CreateIndex
CREATE INDEX "users_status_id_idx" ON "users"("status", "id");

-- CreateIndex
CREATE INDEX "erasures_requested_at_id_idx" ON "erasures"("requested_at", "id");

-- CreateIndex
CREATE INDEX "erasures_user_id_idx" ON "erasures"("user_id");

-- AddForeignKey
ALTER TABLE "erasure_steps" ADD CONSTRAINT "erasure_steps_erasure_id_fkey" FOREIGN KEY ("erasure_id") REFERENCES "erasures"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- What a schema file cannot say --------------------------------------------------------------------------------

ALTER TABLE "users" ADD CONSTRAINT "users_version_check" CHECK ("version" >= 0);

-- Search by the beginnings of words. An address is cut into words as well: ada.lovelace@example.com is four of them.
CREATE INDEX "users_words_idx" ON "users" USING gin (
    to_tsvector('simple', translate(coalesce("email", '') || ' ' || coalesce("name", ''), '@.+-_/:', '       '))
);

-- A user who was erased is left out without an error, whoever inserts the row: an event that came late, a rebuild, a
-- backup.
CREATE FUNCTION "leave_out_erased_people"() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT FROM "erased_people" WHERE "user_id" = NEW."id") THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER "users_leave_out_erased_people"
    BEFORE INSERT ON "users"
    FOR EACH ROW EXECUTE FUNCTION "leave_out_erased_people"();

-- One erasure a person, whoever asks at the same moment; a refused one may be asked for again.
CREATE UNIQUE INDEX "erasures_one_a_person" ON "erasures" ("user_id") WHERE "state" <> 'REFUSED';

ALTER TABLE "erasures"
    ADD CONSTRAINT "erasures_end_check" CHECK (("state" = 'RUNNING') = ("ended_at" IS NULL)),
    ADD CONSTRAINT "erasures_refusal_check" CHECK (("state" = 'REFUSED') = ("refusal" IS NOT NULL)),
    ADD CONSTRAINT "erasures_certificate_check" CHECK (
        ("state" = 'COMPLETED') = ("certificate" IS NOT NULL)
        AND ("certificate" IS NULL) = ("certificate_hash" IS NULL)
        AND "certificate_hash" ~ '^[0-9a-f]{64}$'
    );

ALTER TABLE "erasure_steps"
    ADD CONSTRAINT "erasure_steps_done_check" CHECK (("state" = 'DONE') = ("completed_at" IS NOT NULL)),
    ADD CONSTRAINT "erasure_steps_running_check" CHECK (
        "state" <> 'RUNNING' OR ("started_at" IS NOT NULL AND "deadline" IS NOT NULL)
    );

CREATE INDEX "erasure_steps_running_idx" ON "erasure_steps" ("deadline") WHERE "state" = 'RUNNING';

-- Takes a person out of the side rows of the audit log: who and from where of what they did, and the details of what
-- was done to them. It runs with the owner's rights, because the service's own may change nothing of the log; so it
-- refuses whoever is not among the erased. Doing it again changes nothing. Gives the entries that it touched.
CREATE FUNCTION "forget_in_audit"("person" uuid) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM "erased_people" WHERE "user_id" = "person") THEN
        RAISE EXCEPTION 'the person % is not among the erased people', "person"
            USING ERRCODE = 'check_violation', CONSTRAINT = 'forget_in_audit_erased';
    END IF;
    RETURN QUERY
        UPDATE "audit_entry_details" AS d
           SET "actor_salt" = NULL, "actor_id" = NULL, "client_salt" = NULL, "ip" = NULL, "user_agent" = NULL
         WHERE d."actor_id" = "person"
        RETURNING d."entry_id";
    RETURN QUERY
        UPDATE "audit_entry_details" AS d SET "details_salt" = NULL, "details" = NULL
          FROM "audit_entries" AS e
         WHERE e."resource_id" = "person"::text AND e."resource_type" IN ('user', 'profile', 'payer')
           AND d."occurred_at" = e."occurred_at" AND d."entry_id" = e."id" AND d."details_salt" IS NOT NULL
        RETURNING d."entry_id";
END;
$$;
