-- Whoever changes what the dashboard counts notes down the hours that it is counted in, in the same transaction. Rows are
-- only added: two who change sessions of the same hour do not wait for each other.
--
-- Everything runs with the rights of whoever writes, below the same policies. When a workspace is deleted, its sessions
-- follow: there is nothing to note down then.

CREATE FUNCTION hour_of(moment timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE
RETURN date_bin('1 hour', moment, '2000-01-01 00:00:00+00');

CREATE FUNCTION mark_hours_of_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_hours (workspace_id, hour)
    SELECT DISTINCT workspace_id, hour_of(moment)
    FROM changed
    JOIN workspaces ON workspaces.id = workspace_id,
    LATERAL (VALUES (changed.created_at), (resolved_at)) AS counted (moment)
    WHERE moment IS NOT NULL;
    RETURN NULL;
END;
$$;

CREATE TRIGGER mark_hours_added AFTER INSERT ON sessions REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_hours_of_sessions();
CREATE TRIGGER mark_hours_deleted AFTER DELETE ON sessions REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_hours_of_sessions();

CREATE FUNCTION mark_hours_of_changed_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_hours (workspace_id, hour)
    SELECT DISTINCT NEW.workspace_id, hour_of(moment)
    FROM (VALUES (OLD.created_at), (OLD.resolved_at), (NEW.created_at), (NEW.resolved_at)) AS counted (moment)
    WHERE moment IS NOT NULL;
    IF OLD.problem_domain IS DISTINCT FROM NEW.problem_domain THEN
        INSERT INTO stale_hours (workspace_id, hour)
        SELECT DISTINCT workspace_id, hour_of(ended_at)
        FROM pushes
        WHERE workspace_id = NEW.workspace_id AND session_id = NEW.id AND ended_at IS NOT NULL;
    END IF;
    RETURN NULL;
END;
$$;

-- A step more of a session that goes on is not counted: its update marks nothing.
CREATE TRIGGER mark_hours_changed
    AFTER UPDATE OF status, problem_domain, confidence_tier, rating, ticket, created_at, resolved_at, paused_seconds, steps
    ON sessions
    FOR EACH ROW WHEN (
        (
            OLD.status, OLD.problem_domain, OLD.confidence_tier, OLD.rating, OLD.ticket IS NULL,
            OLD.created_at, OLD.resolved_at, OLD.paused_seconds,
            CASE WHEN OLD.status = 'resolved' THEN OLD.step_count END
        ) IS DISTINCT FROM (
            NEW.status, NEW.problem_domain, NEW.confidence_tier, NEW.rating, NEW.ticket IS NULL,
            NEW.created_at, NEW.resolved_at, NEW.paused_seconds,
            CASE WHEN NEW.status = 'resolved' THEN NEW.step_count END
        )
    )
    EXECUTE FUNCTION mark_hours_of_changed_session();

CREATE FUNCTION mark_hours_of_pushes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_hours (workspace_id, hour)
    SELECT DISTINCT workspace_id, hour_of(ended_at)
    FROM changed
    JOIN workspaces ON workspaces.id = workspace_id
    WHERE ended_at IS NOT NULL;
    RETURN NULL;
END;
$$;

CREATE TRIGGER mark_hours_added AFTER INSERT ON pushes REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_hours_of_pushes();
CREATE TRIGGER mark_hours_deleted AFTER DELETE ON pushes REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_hours_of_pushes();

CREATE FUNCTION mark_hours_of_changed_push() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_hours (workspace_id, hour)
    SELECT DISTINCT NEW.workspace_id, hour_of(moment)
    FROM (VALUES (OLD.ended_at), (NEW.ended_at)) AS counted (moment)
    WHERE moment IS NOT NULL;
    RETURN NULL;
END;
$$;

CREATE TRIGGER mark_hours_changed AFTER UPDATE ON pushes
    FOR EACH ROW WHEN (
        (OLD.session_id, OLD.ended_at, OLD.status, OLD.attempts, OLD.kind, OLD.hours)
        IS DISTINCT FROM (NEW.session_id, NEW.ended_at, NEW.status, NEW.attempts, NEW.kind, NEW.hours)
    )
    EXECUTE FUNCTION mark_hours_of_changed_push();
