-- The last active ADMIN stays one, whoever asks and however many at once. The lock lets those who would take an ADMIN
-- away come one after the other, and the look after it sees what the one before has committed.
CREATE FUNCTION "refuse_to_lose_last_admin"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(4001002);
  IF NOT EXISTS (
    SELECT FROM "users" WHERE "role" = 'ADMIN' AND "status" = 'ACTIVE' AND "id" <> OLD."id"
  ) THEN
    RAISE EXCEPTION 'users_last_active_admin: this is the last active ADMIN'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'users_last_active_admin', TABLE = 'users';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER "users_last_active_admin" BEFORE UPDATE OF "role", "status" ON "users" FOR EACH ROW
  WHEN (OLD."role" = 'ADMIN' AND OLD."status" = 'ACTIVE' AND (NEW."role" <> 'ADMIN' OR NEW."status" <> 'ACTIVE'))
  EXECUTE FUNCTION "refuse_to_lose_last_admin"();
