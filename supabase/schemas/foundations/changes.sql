-- The changes that a client sends to update something.

create function private.check_changes(p_changes jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if pg_catalog.jsonb_typeof(p_changes) is distinct from 'object' then
        perform private.fail(422, 'invalid_changes', 'The changes must be a JSON object.');
    end if;
end
$$;
comment on function private.check_changes(jsonb) is 'Raises PT422 invalid_changes unless p_changes is a JSON object.';
grant execute on function private.check_changes(jsonb) to authenticated;
