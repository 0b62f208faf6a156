CREATE TABLE search_words (
    workspace_id text NOT NULL,
    pool text NOT NULL,
    lexeme text NOT NULL,
    rank smallint NOT NULL,
    item_id bigint NOT NULL,
    CONSTRAINT pk_search_words PRIMARY KEY (workspace_id, pool, lexeme, rank, item_id),
    CONSTRAINT ck_search_words_pool CHECK (pool IN ('flows', 'growing', 'rejected')),
    CONSTRAINT fk_search_words_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
);

GRANT SELECT, INSERT, DELETE ON search_words TO flowpilot_app;

ALTER TABLE search_words ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON search_words TO flowpilot_app
    USING (workspace_id = (SELECT current_setting('flowpilot.workspace', true)));
