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


create function private.check_unchanged(p_kind text, p_revision bigint, p_if_revisions bigint[])
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if p_revision <> all(p_if_revisions) then
        perform private.fail(
            412, p_kind || '_changed',
            pg_catalog.format(
                'The %s has changed meanwhile. Its ETag is now "%s": read it again, and repeat your change.',
                p_kind, p_revision
            )
        );
    end if;
end
$$;
comment on function private.check_unchanged(text, bigint, bigint[]) is
'Raises PT412 profile_changed, exercise_changed, plan_changed, workout_changed, measurement_changed or memory_changed '
'unless p_if_revisions is null or has the current revision.';
grant execute on function private.check_unchanged(text, bigint, bigint[]) to authenticated;
