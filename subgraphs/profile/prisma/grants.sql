-- What the service's own role may do, and nothing else. Applied by the owner after the migrations; everything
-- was revoked before in the same transaction.
GRANT SELECT, INSERT, UPDATE ON profiles TO :"service_role";
GRANT SELECT, INSERT, UPDATE ON preferences TO :"service_role";
