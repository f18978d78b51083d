-- What the service's own role may do, and nothing else. Applied by the owner after the migrations; everything
-- was revoked before in the same transaction.
GRANT SELECT, INSERT, UPDATE ON users TO :"service_role";
GRANT SELECT, INSERT, UPDATE ON sessions TO :"service_role";
GRANT SELECT, INSERT ON signing_keys TO :"service_role";
GRANT SELECT, INSERT, UPDATE, DELETE ON login_failures TO :"service_role";
GRANT SELECT, INSERT, UPDATE, DELETE ON attempt_counters TO :"service_role";
GRANT SELECT, INSERT, DELETE ON single_use_tokens TO :"service_role";
GRANT SELECT, INSERT ON outgoing_mails TO :"service_role";
