-- Makes the roles of a service's database: an owner, who migrates, and the service's own, who may do only what it is
-- granted. Neither is a superuser, and neither may make roles.
--
-- PostgreSQL's container runs this at its first start, as its superuser in the service's database. It can be run
-- again at any time, and gives the roles the passwords that the secrets hold by then.
--
-- What it needs to know it finds in two settings of the server: `supergraph.service`, the service's name, and
-- `supergraph.secrets`, the folder of NAME_owner_password and NAME_service_password.
DO $roles$
DECLARE
  service text := current_setting('supergraph.service');
  owner_role text := service || '_owner';
  service_role text := service || '_service';
  role_name text;
  password text;
  item record;
BEGIN
  IF current_database() IN ('postgres', 'template0', 'template1') THEN
    RAISE EXCEPTION 'Run this in the database of the service %, not in %.', service, current_database();
  END IF;

  FOREACH role_name IN ARRAY ARRAY[owner_role, service_role] LOOP
    password := btrim(
      pg_read_file(format('%s/%s_password', current_setting('supergraph.secrets'), role_name)), E' \t\r\n');
    IF password !~ '^[ -~]+$' THEN
      RAISE EXCEPTION 'The secret %_password must be printable ASCII, and not empty.', role_name;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I', role_name);
    END IF;
    EXECUTE format(
      'ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', role_name);
    -- An error of this statement would quote it, password and all.
    BEGIN
      EXECUTE format('ALTER ROLE %I PASSWORD %L', role_name, password);
    EXCEPTION WHEN OTHERS THEN
      RAISE EXCEPTION 'The password of % could not be set (SQLSTATE %).', role_name, SQLSTATE;
    END;
    EXECUTE format('ALTER ROLE %I IN DATABASE %I SET search_path = %I', role_name, current_database(), service);
  END LOOP;

  EXECUTE format('ALTER ROLE %I SET timezone = %L', service_role, 'UTC');
  -- A statement or a lock that hangs must not hold up everybody else.
  EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', service_role, '10s');
  EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', service_role, '15s');
  EXECUTE format('ALTER ROLE %I SET lock_timeout = %L', service_role, '5s');

  -- Every role may connect to every database unless that is taken from it.
  FOR item IN SELECT datname FROM pg_database LOOP
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', item.datname);
  END LOOP;
  EXECUTE format('ALTER DATABASE %I OWNER TO %I', current_database(), owner_role);
  EXECUTE format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO %I', current_database(), owner_role);
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), service_role);

  REVOKE ALL ON SCHEMA public FROM PUBLIC;
  EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', service, owner_role);
  EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC, %I', service, service_role);
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', service, service_role);
  -- Of all that the owner will make, functions alone would be open to everybody by default.
  EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I REVOKE EXECUTE ON ROUTINES FROM PUBLIC', owner_role);
END
$roles$;
