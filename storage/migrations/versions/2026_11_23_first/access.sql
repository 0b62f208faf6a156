-- Who may do what. `flowpilot_app` works inside one workspace, `flowpilot_all` is the door to all of them.

DO $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO flowpilot_app, flowpilot_all', current_schema());
END;
$$;

GRANT USAGE ON SCHEMA queue TO flowpilot_app, flowpilot_all;

-- A tenant's tables. What was published and what was noted down is never changed.

GRANT SELECT, UPDATE, DELETE ON workspaces TO flowpilot_app;

GRANT SELECT, INSERT, UPDATE, DELETE ON
    api_tokens, digests, flows, gaps, installations, members, proposals, pushes, scripts, sessions,
    slack_events, utterances
TO flowpilot_app;

GRANT SELECT, INSERT ON audit_events, flow_versions TO flowpilot_app;

-- All workspaces: what due work, installations and tokens need, column by column.

GRANT SELECT ON alembic_version TO flowpilot_all;
GRANT SELECT, INSERT, UPDATE ON workspaces TO flowpilot_all;
GRANT SELECT ON installations, api_tokens TO flowpilot_all;
GRANT SELECT, INSERT, DELETE ON oauth_states TO flowpilot_all;
GRANT SELECT (workspace_id, id, source, analysis_status, analysis_attempts, lease_until, not_before)
    ON sessions TO flowpilot_all;
GRANT UPDATE (analysis_status, analysis_attempts, lease_until) ON sessions TO flowpilot_all;

-- The queue. A tenant adds jobs and sees which keys wait, but no job's content.

GRANT USAGE ON ALL SEQUENCES IN SCHEMA queue TO flowpilot_app, flowpilot_all;
GRANT INSERT, UPDATE (priority), SELECT (id, entrypoint, priority, dedupe_key, status)
    ON queue.pgqueuer TO flowpilot_app;
GRANT INSERT ON queue.pgqueuer_log TO flowpilot_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA queue TO flowpilot_all;

-- Row-level security, forced on the owner too. The scalar sub-select is evaluated once a statement.

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY[
        'api_tokens', 'audit_events', 'digests', 'flow_versions', 'flows', 'gaps', 'installations', 'members',
        'proposals', 'pushes', 'scripts', 'sessions', 'slack_events', 'utterances'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY tenant ON %I TO flowpilot_app '
            'USING (workspace_id = (SELECT current_setting(''flowpilot.workspace'', true)))',
            tenant_table
        );
    END LOOP;
END;
$$;

ALTER TABLE workspaces ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspaces FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON workspaces TO flowpilot_app
    USING (id = (SELECT current_setting('flowpilot.workspace', true)));

CREATE POLICY all_workspaces ON workspaces TO flowpilot_all USING (true);
CREATE POLICY all_workspaces ON sessions TO flowpilot_all USING (true);
CREATE POLICY all_workspaces ON installations FOR SELECT TO flowpilot_all USING (true);
CREATE POLICY all_workspaces ON api_tokens FOR SELECT TO flowpilot_all USING (true);
