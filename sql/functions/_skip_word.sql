-- The word for why a step was skipped; null for one that was not.
create or replace function flowc._skip_word(_st smallint) returns text
language sql immutable parallel safe
as $$ select (array['branch_skipped', 'dependency_skipped', 'condition_unmet', 'handler_failed'])[_st - 1] $$;
