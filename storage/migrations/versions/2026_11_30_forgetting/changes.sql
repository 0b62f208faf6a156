-- Proposals and the versions of flows name each other, so neither could go first. Of the two a version means something
-- without the other.

ALTER TABLE flow_versions
    DROP CONSTRAINT fk_flow_versions_proposal,
    ADD CONSTRAINT fk_flow_versions_proposal FOREIGN KEY (workspace_id, proposal_id)
        REFERENCES proposals (workspace_id, id) ON DELETE SET NULL (proposal_id);
ALTER TABLE proposals
    DROP CONSTRAINT fk_proposals_merged_into,
    ADD CONSTRAINT fk_proposals_merged_into FOREIGN KEY (workspace_id, merged_into)
        REFERENCES proposals (workspace_id, id) ON DELETE SET NULL (merged_into);

-- Who deletes a row looks for what names it. Without an index that is every row of the workspace there ever was.

CREATE INDEX ix_threads_offered_flow_id ON threads (workspace_id, offered_flow_id) WHERE offered_flow_id IS NOT NULL;
CREATE INDEX ix_proposals_flow_id ON proposals (workspace_id, flow_id) WHERE flow_id IS NOT NULL;
CREATE INDEX ix_proposals_published_flow_id ON proposals (workspace_id, published_flow_id)
    WHERE published_flow_id IS NOT NULL;
CREATE INDEX ix_flow_versions_proposal_id ON flow_versions (workspace_id, proposal_id) WHERE proposal_id IS NOT NULL;
CREATE INDEX ix_proposals_merged_into ON proposals (workspace_id, merged_into) WHERE merged_into IS NOT NULL;

-- A workspace that has left and has no roll-ups any more gets none: nothing is to be noted down about what is deleted
-- there. One that is there may be about to get them.

CREATE FUNCTION has_figures(workspace workspaces) RETURNS boolean LANGUAGE sql STABLE
RETURN workspace.active OR EXISTS (SELECT FROM rolled_spans WHERE workspace_id = workspace.id);

CREATE OR REPLACE FUNCTION mark_hours_of_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_hours (workspace_id, hour)
    SELECT DISTINCT workspace_id, hour_of(moment)
    FROM changed
    JOIN workspaces ON workspaces.id = workspace_id AND (TG_OP = 'INSERT' OR has_figures(workspaces)),
    LATERAL (VALUES (changed.created_at), (resolved_at)) AS counted (moment)
    WHERE moment IS NOT NULL;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE FUNCTION mark_hours_of_pushes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_hours (workspace_id, hour)
    SELECT DISTINCT workspace_id, hour_of(ended_at)
    FROM changed
    JOIN workspaces ON workspaces.id = workspace_id AND (TG_OP = 'INSERT' OR has_figures(workspaces))
    WHERE ended_at IS NOT NULL;
    RETURN NULL;
END;
$$;

-- What was noted down is deleted with its workspace alone: nobody can, as long as it is there.

GRANT DELETE ON audit_events TO flowpilot_app;
CREATE POLICY only_when_left ON audit_events AS RESTRICTIVE FOR DELETE TO flowpilot_app
    USING ((SELECT NOT active FROM workspaces WHERE id = (SELECT current_setting('flowpilot.workspace', true))));
