"""Row-level security: two roles that own nothing, and a policy on every table.

`vaultra_protect` puts one more table under it; docs/how-to/add-a-table.md tells how a migration uses it.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

# Roles belong to the server, not to the database, and may be there already: from another database, or made by whoever
# administers the server when our login may not. That login may act as them, but does not inherit what they see.
ROLES = """
DO $$
DECLARE
    wanted text;
    me oid := (SELECT oid FROM pg_roles WHERE rolname = current_user);
BEGIN
    IF current_setting('server_version_num')::integer < 160000 THEN
        RAISE EXCEPTION 'Vaultra needs PostgreSQL 16 or later' USING ERRCODE = 'VT001';
    END IF;
    FOREACH wanted IN ARRAY ARRAY['vaultra_tenant', 'vaultra_system'] LOOP
        IF to_regrole(wanted) IS NULL THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN NULL;
                WHEN insufficient_privilege THEN
                    RAISE EXCEPTION 'the login % may not create the role %', current_user, wanted
                        USING ERRCODE = 'VT001';
            END;
        END IF;
        -- Not pg_has_role: a superuser has every role, and the one who made a role may give it away without being it.
        IF NOT (SELECT rolsuper FROM pg_roles WHERE oid = me) AND NOT EXISTS (
            SELECT FROM pg_auth_members WHERE roleid = to_regrole(wanted) AND member = me AND set_option
        ) THEN
            BEGIN
                EXECUTE format('GRANT %I TO %I WITH INHERIT FALSE, SET TRUE', wanted, current_user);
            EXCEPTION WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'the login % may not act as the role %', current_user, wanted
                    USING ERRCODE = 'VT001';
            END;
        END IF;
    END LOOP;
END $$
"""

# Who acts is kept in settings of the transaction. Unset is NULL, and nothing is equal to NULL.
FUNCTIONS = (
    """
CREATE FUNCTION vaultra_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('vaultra.user_id', true), '')::uuid $$
""",
    """
CREATE FUNCTION vaultra_businesses() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('vaultra.business_ids', true), '')::uuid[] $$
""",
    # Policies let a person see their own memberships, and this function runs with the rights of whoever calls it.
    """
CREATE FUNCTION vaultra_enter(person uuid, business uuid DEFAULT NULL, claimed text DEFAULT 'viewer') RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    roles CONSTANT text[] := ARRAY['viewer', 'admin', 'owner'];
    held text;
    businesses uuid[];
BEGIN
    PERFORM set_config('vaultra.user_id', person::text, true), set_config('vaultra.business_ids', '', true);
    IF business IS NULL THEN
        SELECT array_agg(m.business_id) INTO businesses FROM user_business_memberships m WHERE m.user_id = person;
    ELSE
        SELECT m.role INTO held FROM user_business_memberships m WHERE m.user_id = person AND m.business_id = business;
        IF held IS NULL OR array_position(roles, held) < array_position(roles, claimed) THEN
            RAISE EXCEPTION 'not a member with the role %', claimed USING ERRCODE = 'VT403';
        END IF;
        businesses := ARRAY[business];
    END IF;
    PERFORM set_config('vaultra.business_ids', coalesce(businesses, '{}')::text, true);
END $$
""",
    # The sub-selects make the planner ask once per statement instead of once per row.
    """
CREATE FUNCTION vaultra_protect(
    protected regclass,
    visible text DEFAULT 'business_id = ANY ((SELECT vaultra_businesses())::uuid[])',
    writable text DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', protected);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', protected);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO vaultra_tenant, vaultra_system', protected);
    EXECUTE format('CREATE POLICY system ON %s TO vaultra_system USING (true)', protected);
    IF writable IS NULL THEN
        EXECUTE format('CREATE POLICY tenant ON %s TO vaultra_tenant USING (%s)', protected, visible);
        RETURN;
    END IF;
    EXECUTE format('CREATE POLICY tenant ON %s FOR SELECT TO vaultra_tenant USING (%s)', protected, visible);
    EXECUTE format('CREATE POLICY adds ON %s FOR INSERT TO vaultra_tenant WITH CHECK (%s)', protected, writable);
    EXECUTE format('CREATE POLICY changes ON %s FOR UPDATE TO vaultra_tenant USING (%s)', protected, writable);
    EXECUTE format('CREATE POLICY removes ON %s FOR DELETE TO vaultra_tenant USING (%s)', protected, writable);
END $$
""",
)

BY_BUSINESS = (
    "integration_accounts",
    "import_windows",
    "stripe_charges",
    "stripe_refunds",
    "stripe_disputes",
    "stripe_payouts",
    "stripe_subscriptions",
    "stripe_balance_transactions",
    "daily_activity",
    "dirty_days",
    "unreconciled_days",
    "completeness_certificates",
    "doubts",
    "computations",
    "financial_metric_snapshots",
    "superseded_snapshots",
    "readiness_scores",
    "superseded_scores",
    "recommendations",
)
# Table, what is visible, and what may be written where that is less.
OTHERS = (
    ("businesses", "id = ANY ((SELECT vaultra_businesses())::uuid[])", None),
    (
        "user_business_memberships",
        "user_id = (SELECT vaultra_user()) OR business_id = ANY ((SELECT vaultra_businesses())::uuid[])",
        "business_id = ANY ((SELECT vaultra_businesses())::uuid[])",
    ),
    # Whoever shares a business can be seen; the policy above decides which memberships that are.
    (
        "users",
        "id = (SELECT vaultra_user()) OR id IN (SELECT user_id FROM user_business_memberships)",
        "id = (SELECT vaultra_user())",
    ),
    # A person sees what happened in their businesses and what they did anywhere, and writes only in their own name.
    (
        "audit_log",
        "business_id = ANY ((SELECT vaultra_businesses())::uuid[]) OR actor_id = (SELECT vaultra_user())",
        "actor_id = (SELECT vaultra_user())",
    ),
    ("personal_tokens", "user_id = (SELECT vaultra_user())", None),
    # An event names a Stripe account, and may have come before that account was connected.
    ("stripe_events", "account IN (SELECT external_id FROM integration_accounts)", None),
    ("used_connect_states", "true", None),  # random numbers that belong to nobody
    ("knowledge_entries", "true", "false"),  # everybody's to read
    ("mail_outbox", "false", None),  # for others to send, see ADD_MAIL
    ("job_runs", "false", None),  # the system's own
)
# What somebody does may call for a mail to another; who wrote it does not get to see it again, nor any other.
ADD_MAIL = "CREATE POLICY adds ON mail_outbox FOR INSERT TO vaultra_tenant WITH CHECK (true)"
TABLES = (*BY_BUSINESS, *(table for table, _, _ in OTHERS))


def upgrade() -> None:
    op.execute(ROLES)
    for function in FUNCTIONS:
        op.execute(function)
    op.execute("GRANT SELECT ON alembic_version TO vaultra_tenant, vaultra_system")
    for table in BY_BUSINESS:
        op.execute(f"SELECT vaultra_protect('{table}')")
    for table, visible, writable in OTHERS:
        writable_text = "NULL" if writable is None else f"'{writable}'"
        op.execute(f"SELECT vaultra_protect('{table}', '{visible}', {writable_text})")
    op.execute(ADD_MAIL)


def downgrade() -> None:
    """The roles stay: other databases of the server may use them. Here they have no rights left."""
    for table in TABLES:
        for policy in ("system", "tenant", "adds", "changes", "removes"):
            op.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM vaultra_tenant, vaultra_system")
    for function in (
        "vaultra_protect(regclass, text, text)",
        "vaultra_enter(uuid, uuid, text)",
        "vaultra_businesses()",
        "vaultra_user()",
    ):
        op.execute(f"DROP FUNCTION {function}")
