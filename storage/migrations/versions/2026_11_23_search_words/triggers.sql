-- The words of one row are what its column `search` holds, in the pool that the row is searched in; no pool, no words.
-- Everything runs with the rights of whoever writes the row, below the same policies.

CREATE FUNCTION change_search_words(
    workspace text, item bigint, old_pool text, old_search tsvector, new_pool text, new_search tsvector
) RETURNS void LANGUAGE sql AS $$
    DELETE FROM search_words AS word
    USING (
        SELECT old_pool AS pool, lexeme, ascii(weight) - ascii('A') + 1 AS rank
        FROM unnest(old_search), LATERAL (SELECT min(each) FROM unnest(weights) AS each) AS heaviest (weight)
        EXCEPT
        SELECT new_pool, lexeme, ascii(weight) - ascii('A') + 1
        FROM unnest(new_search), LATERAL (SELECT min(each) FROM unnest(weights) AS each) AS heaviest (weight)
    ) AS gone
    WHERE word.workspace_id = workspace AND word.pool = gone.pool AND word.lexeme = gone.lexeme
        AND word.rank = gone.rank AND word.item_id = item;

    INSERT INTO search_words (workspace_id, pool, lexeme, rank, item_id)
    SELECT workspace, come.pool, come.lexeme, come.rank, item
    FROM (
        SELECT new_pool AS pool, lexeme, ascii(weight) - ascii('A') + 1 AS rank
        FROM unnest(new_search), LATERAL (SELECT min(each) FROM unnest(weights) AS each) AS heaviest (weight)
        WHERE new_pool IS NOT NULL
        EXCEPT
        SELECT old_pool, lexeme, ascii(weight) - ascii('A') + 1
        FROM unnest(old_search), LATERAL (SELECT min(each) FROM unnest(weights) AS each) AS heaviest (weight)
    ) AS come;
$$;

CREATE FUNCTION keep_search_words_of_flows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old_pool text;
    old_search tsvector;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        old_pool := CASE WHEN NOT OLD.archived THEN 'flows' END;
        old_search := OLD.search;
    END IF;
    PERFORM change_search_words(
        NEW.workspace_id, NEW.id, old_pool, old_search, CASE WHEN NOT NEW.archived THEN 'flows' END, NEW.search
    );
    RETURN NULL;
END;
$$;

CREATE FUNCTION keep_search_words_of_proposals() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    pool_of CONSTANT jsonb := '{"forming": "growing", "pending": "growing", "dismissed": "growing", "rejected": "rejected"}';
    old_pool text;
    old_search tsvector;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        old_pool := pool_of ->> OLD.status;
        old_search := OLD.search;
    END IF;
    PERFORM change_search_words(
        NEW.workspace_id, NEW.id, old_pool, old_search, pool_of ->> NEW.status, NEW.search
    );
    RETURN NULL;
END;
$$;

CREATE TRIGGER keep_search_words AFTER INSERT OR UPDATE OF search, archived ON flows
    FOR EACH ROW EXECUTE FUNCTION keep_search_words_of_flows();
CREATE TRIGGER keep_search_words AFTER INSERT OR UPDATE OF search, status ON proposals
    FOR EACH ROW EXECUTE FUNCTION keep_search_words_of_proposals();
