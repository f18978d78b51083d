-- CreateTable
CREATE TABLE "erased_people" (
    "user_id" UUID NOT NULL,
    "erased_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "erased_people_pkey" PRIMARY KEY ("user_id")
);

-- A profile of somebody who was erased is left out without an error, whoever inserts it: a request that needs it at
-- first, an event that came late, a row that comes back from a backup.
CREATE FUNCTION "leave_out_erased_people"() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT FROM "erased_people" WHERE "user_id" = NEW."user_id") THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER "profiles_leave_out_erased_people"
    BEFORE INSERT ON "profiles"
    FOR EACH ROW EXECUTE FUNCTION "leave_out_erased_people"();
