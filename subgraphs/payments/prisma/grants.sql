-- What the service's own role may do, and nothing else. Applied by the owner after the migrations; everything
-- was revoked before in the same transaction.
-- Only these columns of a payment ever change: who pays whom how much is settled when it is made.
GRANT SELECT, INSERT, UPDATE (status, updated_at, version) ON payments TO :"service_role";
GRANT SELECT, INSERT ON payment_transitions TO :"service_role";
GRANT SELECT, INSERT ON idempotency_keys TO :"service_role";
