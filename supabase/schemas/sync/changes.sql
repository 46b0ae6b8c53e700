-- What changed since a client last asked.

create function private.parse_cursor(p_cursor text)
returns bigint
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if p_cursor is null then
        return 0;
    end if;
    if p_cursor !~ '^[0-9]{1,18}-[0-9]{1,11}$' then
        perform private.fail(422, 'invalid_cursor', 'This is no cursor that an answer had.', '?since');
    end if;
    if pg_catalog.to_timestamp(pg_catalog.split_part(p_cursor, '-', 2)::double precision)
        < pg_catalog.now() - interval '1 year' then
        perform private.fail(
            410, 'cursor_expired', 'This cursor is older than a year. Start again without one.', '?since'
        );
    end if;
    return pg_catalog.split_part(p_cursor, '-', 1)::bigint;
end
$$;
comment on function private.parse_cursor(text) is
'The revision in a cursor, {revision}-{seconds since 1970}; 0 for none. Deletions are kept for a year, so an older '
'cursor could miss some. Raises PT422 invalid_cursor, PT410 cursor_expired.';
grant execute on function private.parse_cursor(text) to authenticated;


create function private.changed_since(p_user_id uuid, p_revision bigint, p_limit integer)
returns table (kind text, id uuid, revision bigint, changed_at timestamptz, deleted boolean)
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    -- Each part is sorted by an index, and ends where the page does.
    return query
    (
        select 'exercise', e.id, e.revision, e.updated_at, false from private.exercises as e
        where e.user_id = p_user_id and e.revision > p_revision
        order by e.revision
        limit p_limit
    )
    union all
    (
        select 'plan', p.id, p.revision, p.updated_at, false from private.plans as p
        where p.user_id = p_user_id and p.revision > p_revision
        order by p.revision
        limit p_limit
    )
    union all
    (
        select 'workout', w.id, w.revision, w.updated_at, false from private.workouts as w
        where w.user_id = p_user_id and w.revision > p_revision
        order by w.revision
        limit p_limit
    )
    union all
    (
        select 'measurement', b.id, b.revision, b.updated_at, false from private.measurements as b
        where b.user_id = p_user_id and b.revision > p_revision
        order by b.revision
        limit p_limit
    )
    union all
    (
        select 'memory', m.id, m.revision, m.updated_at, false from private.memories as m
        where m.user_id = p_user_id and m.revision > p_revision
        order by m.revision
        limit p_limit
    )
    union all
    (
        select d.kind, d.id, d.revision, d.deleted_at, true from private.deletions as d
        -- A client that has nothing yet has nothing to delete.
        where d.user_id = p_user_id and d.revision > p_revision and p_revision > 0
        order by d.revision
        limit p_limit
    )
    order by 3
    limit p_limit;
end
$$;
comment on function private.changed_since(uuid, bigint, integer) is
'The rows of a user that changed after a revision, and those that were deleted, in the order of their revisions.';
grant execute on function private.changed_since(uuid, bigint, integer) to authenticated;


create function private.changed_value(p_user_id uuid, p_kind text, p_id uuid)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return case p_kind
        when 'exercise' then public.get_exercise(p_id)::json
        when 'plan' then public.get_plan(p_id)::json
        when 'workout' then public.get_workout(p_id)
        when 'measurement' then public.get_measurement(p_id)::json
        when 'memory' then (
            select private.memory_json(m)::json from private.memories as m
            where m.user_id = p_user_id and m.id = p_id
        )
    end;
end
$$;
comment on function private.changed_value(uuid, text, uuid) is 'A thing as the API returns it.';
grant execute on function private.changed_value(uuid, text, uuid) to authenticated;


create function public.list_changes(p_since text default null, p_limit integer default 100)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_since bigint := private.parse_cursor(p_since);
    v_items json;
    v_count integer;
    v_last bigint;
    v_last_at timestamptz;
begin
    if p_limit is null or p_limit not between 1 and 100 then
        perform private.fail(422, 'invalid_limit', '`limit` must be between 1 and 100.', '?limit');
    end if;
    select
        coalesce(
            pg_catalog.json_agg(
                pg_catalog.json_build_object(
                    'kind', changed.kind,
                    'id', changed.id,
                    'changed_at', changed.changed_at,
                    'value',
                    case
                        when not changed.deleted
                            then private.changed_value(v_profile.user_id, changed.kind, changed.id)
                    end
                )
                order by changed.revision
            ),
            '[]'
        ),
        count(*),
        max(changed.revision),
        max(changed.changed_at)
    into v_items, v_count, v_last, v_last_at
    from private.changed_since(v_profile.user_id, v_since, p_limit) as changed;
    return pg_catalog.json_build_object(
        'items', v_items,
        'cursor',
        coalesce(v_last, v_since) || '-' || pg_catalog.floor(pg_catalog.date_part(
            -- A full page may be followed by deletions that are nearly as old as its changes.
            'epoch', case when v_count = p_limit then v_last_at else pg_catalog.now() end
        )),
        'has_more', v_count = p_limit
    );
end
$$;
comment on function public.list_changes(text, integer) is
'What changed for the caller since the cursor of an earlier answer, in order, each thing once with its latest value, '
'or null if it was deleted: {items: [{kind, id, changed_at, value}], cursor, has_more}. Without a cursor, everything '
'there is. Raises PT404 profile_not_found, PT410 cursor_expired, PT422 invalid_cursor, invalid_limit.';
grant execute on function public.list_changes(text, integer) to authenticated;
