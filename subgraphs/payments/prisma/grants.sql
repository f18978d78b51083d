-- What the service's own role may do, and nothing else. Applied by the owner after the migrations; everything
-- was revoked before in the same transaction.
-- Only these columns of a payment ever change: who pays whom how much is settled when it is made.
GRANT SELECT, INSERT,
    UPDATE (status, updated_at, version, process_after, provider_reference, failure_reason, completed_at)
    ON payments TO :"service_role";
-- Of a recurring payment only how far it is.
GRANT SELECT, INSERT,
    UPDATE (status, status_reason, cancel_reason, next_occurrence, next_due_at, made_count, missed_count,
            failures_in_row, process_after, updated_at, ended_at, version)
    ON recurring_payments TO :"service_role";
GRANT SELECT, INSERT ON payment_transitions TO :"service_role";
GRANT SELECT, INSERT ON idempotency_keys TO :"service_role";
GRANT SELECT, INSERT ON ledger_entries TO :"service_role";
GRANT SELECT, INSERT, UPDATE (status, failure_reason, provider_reference, process_after, settled_at)
    ON refunds TO :"service_role";
GRANT SELECT, INSERT ON provider_events TO :"service_role";
GRANT SELECT, INSERT ON test_provider_orders TO :"service_role";
GRANT SELECT, INSERT, DELETE, UPDATE (email, name, status, version) ON payers TO :"service_role";
GRANT SELECT, INSERT, UPDATE (value, version, updated_at) ON settings TO :"service_role";
-- A grave is for ever.
GRANT SELECT, INSERT ON erased_people TO :"service_role";
GRANT EXECUTE ON FUNCTION erased_among(uuid[]), bury_person(uuid), erase_from_history(uuid) TO :"service_role";

-- Events. UPDATE on a log is for the erasure of a person alone, and only where personal data may lie.
GRANT SELECT, INSERT, DELETE, UPDATE (data, actor, client_ip, client_user_agent) ON outbox TO :"service_role";
GRANT USAGE, SELECT ON SEQUENCE outbox_sequence TO :"service_role";
GRANT EXECUTE ON FUNCTION next_outbox_sequence(regclass), outbox_watermark(regclass) TO :"service_role";
GRANT SELECT, UPDATE (pruned_through) ON outbox_epoch TO :"service_role";
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox_consumers TO :"service_role";
GRANT SELECT, INSERT, DELETE ON inbox TO :"service_role";
GRANT SELECT, INSERT, UPDATE ON consumer_positions TO :"service_role";
GRANT SELECT, INSERT, UPDATE, DELETE ON parked_events TO :"service_role";
