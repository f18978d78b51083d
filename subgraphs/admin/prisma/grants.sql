-- What the service's own role may do, and nothing else. Applied by the owner after the migrations; everything
-- was revoked before in the same transaction.
GRANT SELECT, UPDATE (value, version, updated_by, updated_at) ON settings TO :"service_role";
GRANT SELECT, INSERT ON audit_entries TO :"service_role";
GRANT SELECT, INSERT ON audit_entry_details TO :"service_role";
