-- What is there already. An owner who is no superuser sees the rows only while their security is not forced on it.

ALTER TABLE flows NO FORCE ROW LEVEL SECURITY;
ALTER TABLE proposals NO FORCE ROW LEVEL SECURITY;

SELECT count(change_search_words(workspace_id, id, NULL, NULL, 'flows', search)) FROM flows WHERE NOT archived;
SELECT count(change_search_words(workspace_id, id, NULL, NULL, 'growing', search))
FROM proposals WHERE status IN ('forming', 'pending', 'dismissed');
SELECT count(change_search_words(workspace_id, id, NULL, NULL, 'rejected', search)) FROM proposals WHERE status = 'rejected';

ALTER TABLE flows FORCE ROW LEVEL SECURITY;
ALTER TABLE proposals FORCE ROW LEVEL SECURITY;
ALTER TABLE search_words FORCE ROW LEVEL SECURITY;
