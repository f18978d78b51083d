-- CreateTable
CREATE TABLE "erased_people" (
    "user_id" UUID NOT NULL,
    "erased_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "erased_people_pkey" PRIMARY KEY ("user_id")
);

-- Whoever writes past the service, or puts a row of a backup back, brings nobody back who was forgotten.
CREATE FUNCTION "refuse_erased_people"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF EXISTS (SELECT FROM "erased_people" WHERE "user_id" = NEW."id") THEN
    RAISE EXCEPTION 'users_erased_people: this person was erased'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'users_erased_people', TABLE = 'users';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER "users_erased_people" BEFORE INSERT OR UPDATE OF "status", "email", "name" ON "users" FOR EACH ROW
  WHEN (NEW."status" <> 'ERASED')
  EXECUTE FUNCTION "refuse_erased_people"();
