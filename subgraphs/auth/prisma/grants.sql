-- What the service's own role may do, and nothing else. Applied by the owner after the migrations; everything
-- was revoked before in the same transaction.
GRANT SELECT, INSERT, UPDATE ON users TO :"service_role";
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO :"service_role";
GRANT SELECT, INSERT ON signing_keys TO :"service_role";
GRANT SELECT, INSERT, UPDATE, DELETE ON login_failures TO :"service_role";
GRANT SELECT, INSERT, UPDATE, DELETE ON attempt_counters TO :"service_role";
GRANT SELECT, INSERT, DELETE ON single_use_tokens TO :"service_role";
GRANT SELECT, INSERT, DELETE ON outgoing_mails TO :"service_role";
GRANT SELECT, INSERT ON erased_people TO :"service_role";
GRANT SELECT, INSERT, UPDATE (value, version, updated_at) ON settings TO :"service_role";

-- Events. UPDATE on a log is for the erasure of a person alone, and only where personal data may lie.
GRANT SELECT, INSERT, DELETE, UPDATE (data, actor, client_ip, client_user_agent) ON outbox TO :"service_role";
GRANT USAGE, SELECT ON SEQUENCE outbox_sequence TO :"service_role";
GRANT EXECUTE ON FUNCTION next_outbox_sequence(regclass), outbox_watermark(regclass) TO :"service_role";
GRANT SELECT, UPDATE (pruned_through) ON outbox_epoch TO :"service_role";
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox_consumers TO :"service_role";
GRANT SELECT, INSERT, DELETE ON inbox TO :"service_role";
GRANT SELECT, INSERT, UPDATE ON consumer_positions TO :"service_role";
GRANT SELECT, INSERT, UPDATE, DELETE ON parked_events TO :"service_role";
